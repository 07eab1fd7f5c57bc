// Tells what visitors of a website do, once they have agreed. Served as /t.js without its comments
// and needless space (capture/tracker.py). What it does and how to use it: docs/steps/capture.md.
(() => {
  const name = "handraise", doc = document, early = window[name], tag = doc.currentScript;
  if (early?.track) return; // the script stands on the page twice

  // `agreed`: undefined until the visitor was asked (what happens is held in this page's memory),
  // true (it is sent), false (it is forgotten).
  let agreed, id, timer, seen, since, spent = 0, tries = 0, queue = [], flying = [];

  const deaf = navigator.globalPrivacyControl || navigator.doNotTrack == 1,
    random = () => crypto.getRandomValues(new Uint32Array(4)).join("-"),

    // Storage may be shut (then the id lives as long as the page) and is shared with other tabs.
    load = () => {
      try {
        const [kept, ...rest] = JSON.parse(localStorage[name]);
        agreed = id = kept;
        queue = rest.concat(queue);
      } catch {}
    },
    save = () => {
      try {
        if (agreed) localStorage[name] = JSON.stringify([id, ...flying, ...queue]);
        if (deaf || agreed == 0) localStorage.removeItem(name);
      } catch {}
    },

    flush = async () => {
      timer = clearTimeout(timer);
      if (!agreed || !queue[0]) return;
      const sent = queue.splice(0, 25), anonymousId = id;
      flying.push(...sent);
      // Plain text, so that the browser need not ask first whether it may.
      const body = JSON.stringify({ writeKey: tag.dataset.key, sentAt: new Date, batch: sent.map(one => ({ ...one, anonymousId })) });
      const answer = await fetch(new URL("v1/batch", tag.src), { method: "POST", body, keepalive: body.length < 6e4 }).catch(() => 0);
      flying = flying.filter(one => !sent.includes(one));
      if (anonymousId != id) return; // withdrawn meanwhile
      tries++;
      if (answer?.status < 500) tries = 0;
      else queue = sent.concat(queue);
      save();
      if (tries < 7) later(1e3 * 2 ** tries);
    },
    later = wait => {
      if (queue[0]) timer ||= setTimeout(flush, wait);
    },
    say = (type, more) => {
      if (deaf || agreed == 0 || queue[99]) return;
      queue.push({ type, messageId: random(), timestamp: new Date, ...more });
      save();
      later(500);
    },
    track = (event, properties, traits) => say("track", { event, properties: { path: seen.path, ...properties }, context: { traits } }),

    // Addresses go without what stands behind ? and #: that is where secrets and people's data are.
    plain = address => address.split(/[?#]/)[0],
    view = () => {
      const campaign = {};
      for (const [part, value] of new URLSearchParams(location.search))
        if (/^utm_/.test(part)) campaign[part == "utm_campaign" ? "name" : part.slice(4)] = value;
      seen = { path: location.pathname, url: plain(location.href), title: doc.title };
      look();
      say("page", { properties: { ...seen, referrer: plain(doc.referrer) }, context: { campaign } });
    },
    look = () => {
      since = doc.hidden ? 0 : Date.now();
    },
    leave = () => {
      if (since) spent += Math.min(Date.now() - since, 18e5); // asleep, not reading
      const seconds = Math.round(spent / 1e3);
      since = spent = 0;
      if (seconds > 0) track("Page Left", { ...seen, seconds });
      flush();
    },
    moved = () => {
      if (location.pathname != seen.path) leave(), view();
    },

    marks = ({ dataset }) => {
      const found = {};
      for (const mark in dataset)
        if (/^handraise./.test(mark)) found[mark[9].toLowerCase() + mark.slice(10)] = dataset[mark];
      return found;
    },
    clicked = ({ target }) => {
      const it = target.closest?.("[data-handraise]:not(form,video)");
      if (it) track(it.dataset[name], marks(it));
    },
    submitted = ({ target: it }) => {
      const traits = {};
      for (const { dataset: { handraiseTrait: trait }, type, value, checked } of it.elements)
        if (trait && value && !/passw|file/.test(type) && (checked || !/check|radio/.test(type))) traits[trait] = value.slice(0, 500);
      const form = it.getAttribute("name") || it.getAttribute("id");
      track(it.dataset[name] || "Form Submitted", { form, ...marks(it) }, traits);
    },

    quarters = {},
    played = ({ target: it }) => {
      // A video that repeats without end is decoration, and a broadcast has no quarters.
      if (it.tagName != "VIDEO" || it.loop || !(it.duration < 1e6)) return;
      const from = it.currentSrc, title = it.title || plain(from).split("/").pop();
      let share = 0.01, quarter = quarters[from] || 0;
      for (let part = it.played.length; part--;) share += (it.played.end(part) - it.played.start(part)) / it.duration;
      while (quarter < 4 && share * 4 > quarter + 1) {
        const told = { title, percent: 25 * ++quarter, ...marks(it) };
        track("Video Watched", told);
        if (quarter > 3) track("Video Playback Completed", told); // as others call it
      }
      quarters[from] = quarter;
    },

    api = {
      consent(yes) {
        if (deaf || (yes && agreed)) return;
        if (yes) load();
        else queue = [];
        agreed = !!yes;
        id = yes && (id || random());
        save();
        flush();
      },
      track,
      page: view,
      identify: (userId, traits) => say("identify", { userId, traits }),
      push: ([verb, ...said]) => api[verb](...said),
    },
    on = (what, then) => addEventListener(what, then, true),
    begin = () => {
      (deaf ? save : load)();
      view();
      window[name] = api;
      early?.forEach(api.push);
      on("visibilitychange", () => (doc.hidden ? leave : look)());
      on("pagehide", leave);
      on("popstate", moved);
      on("storage", change => change.key == name && !change.newValue && api.consent());
      on("click", clicked);
      on("submit", submitted);
      on("timeupdate", played);
      on("ended", played);
      const push = history.pushState;
      history.pushState = function (...told) {
        push.apply(this, told);
        setTimeout(moved); // the page's title comes after its address
      };
    };
  if (doc.prerendering) on("prerenderingchange", begin);
  else begin();
})();
