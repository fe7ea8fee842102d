// A legacy-style SDK, made for the tests of companion mode: answers are Deferreds with done, fail and always (and a then
// that is no Promise's), of two calls of a method under way the first is never answered, events come through a callback.
// `legacyDesk` is the test's way in.
(function () {
  "use strict";

  function Deferred() {
    var done = [], fail = [], state = null, value;
    function settle(how, given, list) {
      if (state) return;
      state = how;
      value = given;
      list.forEach(function (callback) { callback(value); });
    }
    var self = {
      resolve: function (given) { settle("done", given, done); return self; },
      reject: function (given) { settle("fail", given, fail); return self; },
      done: function (callback) {
        if (state === "done") callback(value); else done.push(callback);
        return self;
      },
      fail: function (callback) {
        if (state === "fail") callback(value); else fail.push(callback);
        return self;
      },
      always: function (callback) { return self.done(callback).fail(callback); },
      then: function (onDone, onFail) {
        if (onDone) self.done(onDone);
        if (onFail) self.fail(onFail);
        return self;
      }
    };
    return self;
  }

  var contacts = {};
  var callbacks = [];
  var waiting = {};
  var calls = [];

  // The desktop program answers by the name of the method, to whoever asked last.
  function ask(method, answer) {
    var deferred = Deferred();
    calls.push(method);
    waiting[method] = deferred;
    setTimeout(function () {
      var last = waiting[method];
      delete waiting[method];
      if (last) last.resolve(answer());
    }, 20);
    return deferred;
  }

  function bind(callback) {
    callbacks.push(callback);
    return Deferred().resolve(true);
  }

  var CONTACT = {
    bindContactCallback: bind,
    getContactList: function () {
      return ask("getContactList", function () {
        return Object.keys(contacts).map(function (id) { return contacts[id]; });
      });
    },
    GetCallDataValueByName: function (contact, name) {
      var found = contact.CallData.filter(function (entry) { return entry.name === name; });
      return found.length ? found[found.length - 1].value : "";
    }
  };

  window.TOOLBAR = {
    version: "7.1",
    AGENT: { getAgentID: function () { return ask("getAgentID", function () { return "op1@demo"; }); } },
    CONTACT: CONTACT,
    EASYCIM: { old: true }
  };

  window.legacyDesk = {
    calls: calls,
    callbacks: callbacks,
    // Takes the callback method away, as while the SDK has not loaded all its parts, and gives it back.
    hideContact: function () { delete window.TOOLBAR.CONTACT; },
    showContact: function () { window.TOOLBAR.CONTACT = CONTACT; },
    happen: function (data) {
      if (data.id) {
        if (data.event === "DELETE") delete contacts[data.id];
        else contacts[data.id] = data;
      }
      callbacks.slice().forEach(function (callback) {
        callback.call(window, new Event("AGENTDESKTOP_CONTACT_CALLBACK"), data);
      });
    }
  };
})();
