// A page as integrators write theirs: a plain script, TOOLBAR.EASYCIM and .then(...). No build, no framework.
(function () {
  "use strict";

  var EASYCIM = TOOLBAR.EASYCIM;
  var byId = function (id) { return document.getElementById(id); };

  TOOLBAR.ready.then(function (info) {
    byId("engine").textContent = "Toolbar " + info.version + " pronta in " + info.bootMs + " ms (" + info.runtime + ")";
    byId("engine").className = "up";
  }, function (error) {
    byId("engine").textContent = error.message;
    byId("engine").className = "down";
  });

  // Shows a call and, when its Promise settles, what it gave.
  function show(text, promise) {
    var item = document.createElement("li");
    var time = document.createElement("time");
    var code = document.createElement("code");
    var answer = document.createElement("pre");
    var startedAt = performance.now();
    item.className = "waiting";
    code.textContent = text;
    item.append(time, code, answer);
    byId("answers").prepend(item);
    function settled(value, good) {
      time.textContent = Math.round(performance.now() - startedAt) + " ms";
      item.className = good ? "good" : "bad";
      answer.textContent = JSON.stringify(value, null, 1);
    }
    promise.then(function (value) {
      settled(value, !value.error && value.readOnly !== true);
    }, function (error) {
      settled(error, false);
    });
    return promise;
  }

  function row(table, name, value) {
    var line = table.insertRow();
    var head = document.createElement("th");
    head.textContent = name;
    line.append(head);
    line.insertCell().textContent = value;
    return line;
  }

  function badge(parent, text, kind) {
    var mark = document.createElement("span");
    mark.className = "badge " + kind;
    mark.textContent = text;
    parent.append(mark);
  }

  function showContact(contact) {
    var place = byId("contact");
    place.textContent = "";
    if (contact.error) {
      var warning = document.createElement("p");
      warning.textContent = contact.error;
      place.append(warning);
      return;
    }
    var table = document.createElement("table");
    var first = row(table, "ECID", contact.ecid);
    if (contact.terminated) badge(first.cells[1], "chiuso", "bad");
    else if (contact.readOnly) badge(first.cells[1], "riservato a " + contact.reservedBy, "bad");
    else badge(first.cells[1], "riservato a te", "good");
    if (contact.contactId) row(table, "ContactID", contact.contactId);
    row(table, "Campagna", contact.macroActivity + " · " + contact.campaign);
    row(table, "Telefono", contact.phoneNumber);
    contact.listFieldValueList.forEach(function (field) { row(table, field.fieldName, field.value); });
    (contact.attempts || []).forEach(function (attempt) {
      row(table, new Date(attempt.at).toLocaleString("it"), attempt.outcome + " · " + attempt.agent + " · " + attempt.note);
    });
    place.append(table);
    byId("save").elements.contactId.value = contact.contactId || contact.ecid;
    var list = byId("outcomes");
    list.textContent = "";
    contact.outcomes.forEach(function (outcome) {
      var option = document.createElement("option");
      option.value = outcome.code;
      option.label = outcome.label;
      list.append(option);
    });
  }

  byId("login").addEventListener("submit", function (event) {
    event.preventDefault();
    var form = event.target.elements;
    fetch("/easycim/v1/login", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ operator: form.operator.value, password: form.password.value })
    }).then(function (response) {
      return response.json();
    }).then(function (answer) {
      if (!answer.token) throw new Error(answer.detail);
      TOOLBAR.configure({ token: answer.token });
      byId("operator").textContent = answer.operator;
    }).catch(function (error) {
      byId("operator").textContent = error.message;
    });
  });

  byId("open").addEventListener("submit", function (event) {
    event.preventDefault();
    var form = event.target.elements;
    var contactId = form.contactId.value;
    var ecid = form.ecid.value;
    var manual = form.isManual.checked;
    var quoted = function () { return Array.prototype.map.call(arguments, JSON.stringify).join(", "); };
    switch (event.submitter ? event.submitter.value : "open") {
      case "open":
        show("openScript(" + quoted(contactId, ecid, manual) + ")", EASYCIM.openScript(contactId, ecid, manual)).then(showContact);
        break;
      case "inbound":
        if (!contactId) contactId = form.contactId.value = "demo-" + Date.now() + "@127.0.0.1";
        show("openScriptInbound(" + quoted(contactId) + ")", EASYCIM.openScriptInbound(contactId)).then(showContact);
        break;
      case "info":
        show("getContactInfo(" + quoted(contactId || ecid) + ")", EASYCIM.getContactInfo(contactId || ecid)).then(showContact);
        break;
      default:
        show("getContactInfoWS(" + quoted(ecid) + ")", EASYCIM.getContactInfoWS(ecid)).then(showContact);
    }
  });

  byId("add-label").addEventListener("click", function () {
    var line = byId("label-row").content.firstElementChild.cloneNode(true);
    line.querySelector("button").addEventListener("click", function () { line.remove(); });
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
    var call = "saveScript(" + [
      form.contactId.value, form.outcome.value, form.offlineEnd.checked, form.note.value, labels
    ].map(function (value) { return JSON.stringify(value); }).join(", ") + ")";
    show(call, EASYCIM.saveScript(
      form.contactId.value, form.outcome.value, form.offlineEnd.checked, form.note.value, labels
    )).then(function (answer) {
      return EASYCIM.getContactInfo(answer.ecid).then(showContact);
    }, function () { /* shown above */ });
  });
})();
