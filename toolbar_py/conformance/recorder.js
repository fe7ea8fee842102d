/**
 * Put into every document of the page under check before any script of its own: writes down what the page does with
 * TOOLBAR and what TOOLBAR does with the page, and changes nothing of it. Every entry leaves at once, because the next
 * line of the page may be a navigation.
 *
 * settings: {send: name of the function that takes an entry, pinned: settings of TOOLBAR_CONFIG that are the kit's,
 *            methods: {path: [parameter, ...]}, kept: [parameter, ...], shownWithinMs}
 */
(function (settings) {
  "use strict";
  const send = window[settings.send];
  delete window[settings.send];
  // The frame in which Python lives is the toolbar's own.
  if (typeof send !== "function" || /\/sdk\/frame\.html$/.test(location.pathname)) return;
  // What a window shows before its first page.
  if (window === window.top && location.href === "about:blank") return;

  const life = `${Date.now().toString(36)}-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
  const kept = new Set(settings.kept);
  const nativeThen = Promise.prototype.then;
  const TEXT_MAX = 200;

  function write(kind, more) {
    const entry = JSON.stringify({ kind, life, at: Date.now(), ...more });
    Promise.resolve(send(entry)).catch(() => undefined);
  }

  // What is written of values. CallData can hold passwords: of it nothing but the ECID.

  function plain(value) {
    if (typeof value === "string") return value.slice(0, TEXT_MAX);
    return typeof value === "boolean" || typeof value === "number" ? value : undefined;
  }

  function typeOf(value) {
    return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  }

  function ecidIn(callData) {
    if (typeof callData === "string") return /(?:^|;)\s*ECID\s*=([^;]*)/.exec(callData)?.[1].slice(0, TEXT_MAX);
    if (!Array.isArray(callData)) return undefined;
    return plain(callData.filter((entry) => entry?.name === "ECID").at(-1)?.value);
  }

  function given(path, passed) {
    return (settings.methods[path] ?? []).slice(0, passed.length).map((name, index) => {
      const value = passed[index];
      const shown = name === "CallData" ? ecidIn(value) : kept.has(name) ? plain(value) : undefined;
      return { name, type: typeOf(value), value: shown };
    });
  }

  const TOLD = [
    "result", "readOnly", "terminated", "reservedBy", "ecid", "contactId", "errorCode", "outcome", "final",
    "offlineEnd", "savedAt", "delivered", "operationId",
  ];

  function told(value) {
    const found = {};
    if (typeof value === "object" && value !== null) for (const name of TOLD) found[name] = plain(value[name]);
    return found;
  }

  function failure(error) {
    return { name: String(error?.name ?? typeOf(error)).slice(0, 60), code: plain(error?.code),
      correlationId: plain(error?.correlationId) };
  }

  /** Where an error comes from. Never its message: that can repeat a value of CallData. */
  function place(error) {
    const line = String(error?.stack ?? "").split("\n").find((each) => /:\d+:\d+/.test(each)) ?? "";
    return (/([^/\s(?#]*)(?:[?#][^:]*)?:(\d+):(\d+)\)?$/.exec(line)?.slice(1) ?? []).join(":").slice(0, TEXT_MAX);
  }

  // Calls.

  let lastCall = 0;

  /**
   * Hears how a Promise ends without being the one who handles its rejection: that the page leaves it unhandled has
   * to show as it does without us.
   */
  function overhear(promise, ended) {
    let orphan = null;
    let heard = false;
    const listened = () => {
      heard = true;
      if (orphan) nativeThen.call(orphan, undefined, () => undefined);
      orphan = null;
    };
    for (const name of ["then", "done", "fail", "always"]) {
      const own = promise[name];
      if (typeof own !== "function") continue;
      const value = new Proxy(own, {
        apply(target, self, passed) {
          listened();
          return Reflect.apply(target, self, passed);
        },
      });
      Object.defineProperty(promise, name, { value, configurable: true, writable: true });
    }
    const then = promise instanceof Promise ? nativeThen : promise.then;
    then.call(
      promise,
      (value) => ended(true, value),
      (reason) => {
        ended(false, reason);
        if (!heard && promise instanceof Promise) orphan = Promise.reject(reason);
      },
    );
  }

  function wrapMethod(path, method) {
    return new Proxy(method, {
      apply(target, self, passed) {
        const call = ++lastCall;
        write("call", { call, method: path, given: given(path, passed) });
        const answer = Reflect.apply(target, self, passed);
        if (typeof answer?.then === "function") {
          overhear(answer, (ok, value) => {
            write("answer", { call, ok, told: ok ? told(value) : {}, failure: ok ? undefined : failure(value) });
            if (!ok && path === "EASYCIM.saveScript") watchForNotice(call);
          });
        }
        return answer;
      },
    });
  }

  // Callbacks. One wrapper per function, because a function that is bound twice is to be called once.

  const callbacks = new WeakMap();
  const numbers = new WeakMap();
  const running = new WeakMap();
  let lastCallback = 0;
  let triggering = false;

  function wrapCallback(callback) {
    if (typeof callback !== "function") return callback;
    const known = callbacks.get(callback);
    if (known) return known;
    const number = ++lastCallback;
    const wrapped = new Proxy(callback, {
      apply(target, self, passed) {
        const data = passed[1] ?? {};
        const what = { callback: number, event: String(data.event).slice(0, TEXT_MAX), contact: plain(data.id) };
        write("delivery", { ...what, type: plain(data.type), jobType: plain(data.job_type),
          mediaType: plain(data.media_type), ecid: ecidIn(data.CallData), triggered: triggering });
        try {
          const answer = Reflect.apply(target, self, passed);
          if (answer instanceof Promise) running.set(answer, what);
          return answer;
        } catch (error) {
          write("thrown", { ...what, name: failure(error).name, place: place(error) });
          throw error;
        }
      },
    });
    callbacks.set(callback, wrapped);
    numbers.set(callback, number);
    return wrapped;
  }

  const AROUND_CALLBACKS = {
    bindContactCallback: (target, self, passed) => {
      const wrapped = wrapCallback(passed[0]);
      write("bound", { callback: numbers.get(passed[0]) ?? 0 });
      return Reflect.apply(target, self, [wrapped, ...passed.slice(1)]);
    },
    unbindContactCallback: (target, self, passed) => {
      write("unbound", { callback: numbers.get(passed[0]) ?? 0 });
      return Reflect.apply(target, self, [callbacks.get(passed[0]) ?? passed[0], ...passed.slice(1)]);
    },
    triggerContactCallback: (target, self, passed) => {
      triggering = true;
      try {
        return Reflect.apply(target, self, passed);
      } finally {
        triggering = false;
      }
    },
  };

  // TOOLBAR itself: wrapped when somebody looks at it, so that what is added late is seen too.

  const done = new WeakSet();

  function replace(holder, name, make) {
    const method = holder?.[name];
    if (typeof method !== "function" || done.has(method)) return;
    const wrapped = make(method);
    done.add(wrapped);
    const descriptor = Object.getOwnPropertyDescriptor(holder, name);
    if (descriptor && !descriptor.configurable && !descriptor.writable) return;
    Object.defineProperty(holder, name, {
      value: wrapped,
      enumerable: descriptor ? descriptor.enumerable : true,
      configurable: true,
      writable: true,
    });
  }

  let seen = false;

  function wrap(toolbar) {
    if ((typeof toolbar !== "object" && typeof toolbar !== "function") || toolbar === null) return;
    for (const path of Object.keys(settings.methods)) {
      const [namespace, name] = path.split(".");
      replace(toolbar[namespace], name, (method) => wrapMethod(path, method));
    }
    for (const [name, apply] of Object.entries(AROUND_CALLBACKS)) {
      replace(toolbar.CONTACT, name, (method) => new Proxy(method, { apply }));
    }
    replace(toolbar, "configure", (configure) => new Proxy(configure, {
      apply: (target, self, passed) => Reflect.apply(target, self, [unpinned(passed[0]), ...passed.slice(1)]),
    }));
    if (seen || !toolbar.EASYCIM) return;
    seen = true;
    write("toolbar", {});
    if (toolbar.ready instanceof Promise) {
      nativeThen.call(toolbar.ready,
        (info) => write("ready", { ok: true, runtime: plain(info?.runtime) }),
        (reason) => write("ready", { ok: false, failure: failure(reason) }));
    }
  }

  let toolbar;
  Object.defineProperty(window, "TOOLBAR", {
    get() {
      wrap(toolbar);
      return toolbar;
    },
    set(value) {
      toolbar = value;
      wrap(toolbar);
    },
    configurable: true,
    enumerable: true,
  });

  // The page's own service and token do not count here: it works against the kit's service.

  function unpinned(configuration) {
    if (typeof configuration !== "object" || configuration === null) return configuration;
    const rest = Object.entries(configuration).filter(([name]) => !(name in settings.pinned));
    return Object.fromEntries(rest);
  }

  function pinned(configuration) {
    const own = typeof configuration === "object" && configuration !== null ? configuration : {};
    const target = Object.isExtensible(own) ? own : { ...own };
    for (const [name, value] of Object.entries(settings.pinned)) {
      Object.defineProperty(target, name, {
        get: () => value, set: () => undefined, enumerable: true, configurable: true,
      });
    }
    return target;
  }

  let configuration = pinned({});
  Object.defineProperty(window, "TOOLBAR_CONFIG", {
    get: () => configuration,
    set(value) {
      configuration = pinned(value);
    },
    configurable: true,
    enumerable: true,
  });

  // What nobody on the page took care of.

  addEventListener("unhandledrejection", (event) => {
    const { reason, promise } = event;
    const callback = running.get(promise);
    // Listeners of the page run after this one; they may show it and call preventDefault.
    setTimeout(() => write("rejection", { ...failure(reason), place: place(reason), prevented: event.defaultPrevented,
      callback: callback?.callback, event: callback?.event, contact: callback?.contact }));
  });
  addEventListener("error", (event) => {
    if (event instanceof ErrorEvent) write("error", { name: failure(event.error).name, place: place(event.error) });
  });

  // Whether a refused save is shown to anybody: something in the document changes, or a dialog comes up.

  let waiting = [];
  let observer = null;

  function noticed() {
    for (const call of waiting) write("shown", { call });
    waiting = [];
    observer?.disconnect();
    observer = null;
  }

  function watchForNotice(call) {
    waiting.push(call);
    if (!observer) {
      observer = new MutationObserver(noticed);
      for (const root of roots(document)) {
        observer.observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
      }
    }
    setTimeout(() => {
      waiting = waiting.filter((each) => each !== call);
    }, settings.shownWithinMs);
  }

  function roots(root) {
    const inner = [...root.querySelectorAll("*")].filter((element) => element.shadowRoot);
    return [root, ...inner.flatMap((element) => roots(element.shadowRoot))];
  }

  for (const name of ["alert", "confirm", "prompt"]) {
    replace(window, name, (dialog) => new Proxy(dialog, {
      apply(target, self, passed) {
        noticed();
        return Reflect.apply(target, self, passed);
      },
    }));
  }

  addEventListener("toolbar:connection", (event) => {
    const { state, resync } = event.detail ?? {};
    write("connection", { state: String(state).slice(0, 60), resync: resync === true });
  });

  write("page", { place: location.origin + location.pathname, top: window === window.top });
});
