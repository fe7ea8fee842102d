// A page as integrators write theirs: a plain script, TOOLBAR.EASYCIM and .then(...). No build, no framework.
(function () {
  "use strict";

  var byId = function (id) { return document.getElementById(id); };
  var TOOLBAR = window.TOOLBAR;

  if (!TOOLBAR) {
    say("engine", "Toolbar mancante: /sdk/toolbar.js non è stato caricato", "bad");
    return;
  }
  var EASYCIM = TOOLBAR.EASYCIM;

  TOOLBAR.ready.then(function (info) {
    say("engine", "Toolbar " + info.version + " pronta in " + info.bootMs + " ms", "good");
  }, function (error) {
    say("engine", error.message, "bad");
  });

  function say(id, text, kind) {
    var place = byId(id);
    place.textContent = text;
    place.className = (id === "engine" ? "chip " : "result ") + (kind || "");
  }

  // ---- the answers: every call, and what its Promise gave ----

  function show(method, values, promise) {
    var item = byId("answer-entry").content.firstElementChild.cloneNode(true);
    var chip = item.querySelector(".chip");
    var startedAt = performance.now();
    item.querySelector("code").textContent = method + "(" + values.map(function (value) {
      return JSON.stringify(value);
    }).join(", ") + ")";
    item.querySelector("pre").setAttribute("aria-label", "Risposta di " + method);
    chip.textContent = "in attesa";
    byId("no-answers").hidden = true;
    byId("answers").querySelectorAll("details").forEach(function (earlier) { earlier.open = false; });
    byId("answers").prepend(item);

    function settled(word, good, answer) {
      chip.textContent = word;
      item.className = good ? "good" : "bad";
      chip.classList.add(item.className);
      item.querySelector("time").textContent =
        Math.round(performance.now() - startedAt) + " ms, alle " + new Date().toLocaleTimeString("it");
      item.querySelector("pre").textContent = pretty(answer);
    }
    promise.then(function (answer) {
      settled("risolta", !answer.error && !answer.readOnly, answer);
    }, function (error) {
      settled("rifiutata", false, error);
    });
    return promise;
  }

  // JSON with its innermost objects on one line each.
  function pretty(answer) {
    return JSON.stringify(answer, null, 2).replace(/\{\n\s+([^{}[\]]+?)\n\s+\}/g, function (_, members) {
      return "{ " + members.replace(/\n\s+/g, " ") + " }";
    });
  }

  // ---- the contact ----

  function showContact(contact) {
    var list = byId("contact");
    list.textContent = "";
    byId("attempts").hidden = true;
    if (contact.error) {
      say("contact-state", contact.error, "bad");
      return;
    }
    say("contact-state", stateOf(contact), contact.terminated || contact.readOnly ? "bad" : "good");
    row(list, "ECID", contact.ecid);
    if (contact.contactId) row(list, "ContactID", contact.contactId);
    row(list, "Campagna", contact.macroActivity + (contact.campaign ? " · " + contact.campaign : ""));
    if (contact.phoneNumber) row(list, "Telefono", contact.phoneNumber);
    contact.listFieldValueList.forEach(function (field) { row(list, field.fieldName, field.value); });
    showAttempts(contact.attempts || []);
    byId("save").elements.contactId.value = contact.contactId || contact.ecid;
    byId("outcomes").textContent = "";
    contact.outcomes.forEach(function (outcome) {
      var option = document.createElement("option");
      option.value = outcome.code;
      option.label = outcome.label;
      byId("outcomes").append(option);
    });
  }

  function stateOf(contact) {
    if (contact.terminated) return "Chiuso: si può solo leggere.";
    if (contact.readOnly) return "Sola lettura: riservato a " + contact.reservedBy + ".";
    if (contact.result === true || contact.state === "RESERVED") return "Aperto: riservato a te.";
    return contact.state === "NEW" ? "Libero: mai lavorato." : "Libero: da richiamare.";
  }

  function row(list, name, value) {
    var line = document.createElement("div");
    var term = document.createElement("dt");
    var text = document.createElement("dd");
    term.textContent = name;
    text.textContent = value;
    line.append(term, text);
    list.append(line);
  }

  function showAttempts(attempts) {
    var list = byId("attempts").querySelector("ul");
    list.textContent = "";
    byId("attempts").hidden = attempts.length === 0;
    attempts.forEach(function (attempt) {
      var item = document.createElement("li");
      var labels = attempt.labels.map(function (label) { return label.name + " = " + label.value; });
      [
        attempt.outcome + ", " + attempt.agent + ", " + new Date(attempt.at).toLocaleString("it"),
        attempt.note,
        labels.join(" · ")
      ].filter(Boolean).forEach(function (text) {
        var line = document.createElement("p");
        line.textContent = text;
        item.append(line);
      });
      list.append(item);
    });
  }

  // ---- signing in and out: how a page comes to its token is the page's business ----

  byId("login").addEventListener("submit", function (event) {
    event.preventDefault();
    var form = event.target.elements;
    say("login-result", "");
    fetch("/easycim/v1/login", {
      method: "POST",
      headers: { "content-type": "application/json", "accept-language": "it" },
      body: JSON.stringify({ operator: form.operator.value, password: form.password.value })
    }).then(function (response) {
      return response.json();
    }).then(function (answer) {
      if (!answer.token) throw new Error(answer.detail);
      TOOLBAR.configure({ token: answer.token });
      byId("operator").textContent = answer.operator;
      signedIn(true);
      byId("open").elements.ecid.focus();
    }).catch(function (error) {
      say("login-result", error.message, "bad");
    });
  });

  byId("logout").addEventListener("submit", function (event) {
    event.preventDefault();
    TOOLBAR.configure({ token: "" });
    signedIn(false);
    byId("login").elements.operator.focus();
  });

  function signedIn(yes) {
    byId("logout").hidden = !yes;
    byId("access").hidden = yes;
  }

  // ---- opening and reading ----

  byId("open").addEventListener("submit", function (event) {
    event.preventDefault();
    var form = event.target.elements;
    var ecid = form.ecid.value;
    var contactId = form.contactId.value;
    var manual = form.isManual.checked;
    var either = contactId || ecid;
    var calls = {
      open: function () {
        return show("openScript", [contactId, ecid, manual], EASYCIM.openScript(contactId, ecid, manual));
      },
      inbound: function () {
        // In production the ContactID comes with the call.
        if (!contactId) contactId = form.contactId.value = "demo-" + Date.now() + "@desk.example";
        return show("openScriptInbound", [contactId], EASYCIM.openScriptInbound(contactId));
      },
      info: function () {
        return show("getContactInfo", [either], EASYCIM.getContactInfo(either));
      },
      infoWS: function () {
        return show("getContactInfoWS", [ecid], EASYCIM.getContactInfoWS(ecid));
      }
    };
    say("save-result", "");
    calls[event.submitter ? event.submitter.value : "open"]().then(showContact, function (error) {
      showContact({ error: error.message });
    });
  });

  // ---- saving ----

  byId("add-label").addEventListener("click", function () {
    var line = byId("label-row").content.firstElementChild.cloneNode(true);
    line.querySelector("button").addEventListener("click", function () {
      line.remove();
      byId("add-label").focus();
    });
    byId("labels").append(line);
    line.querySelector("input").focus();
  });

  byId("save").addEventListener("submit", function (event) {
    event.preventDefault();
    var form = event.target.elements;
    var labels = Array.prototype.map.call(document.querySelectorAll("#labels .label-row"), function (line) {
      var inputs = line.querySelectorAll("input");
      return { name: inputs[0].value, value: inputs[1].value };
    });
    var values = [form.contactId.value, form.outcome.value, form.offlineEnd.checked, form.note.value, labels];
    say("save-result", "");
    show("saveScript", values, EASYCIM.saveScript.apply(EASYCIM, values)).then(function (answer) {
      say("save-result", "Salvato: " + answer.outcome + (answer.terminated ? ", contatto chiuso." : ", da richiamare."), "good");
      form.outcome.value = form.note.value = byId("labels").textContent = "";
      return EASYCIM.getContactInfo(answer.ecid).then(showContact);
    }, function (error) {
      say("save-result", "Non salvato: " + error.message, "bad");
    });
  });
})();
