/** A CRM that keeps to the contract. The pages in bad/ each replace one part of it by a mistake. */
"use strict";

const crm = {
  cards: new Map(),

  show(text) {
    document.getElementById("state").textContent = text;
  },

  start() {
    TOOLBAR.CONTACT.bindContactCallback((event, data) => this.heard(data));
  },

  heard(data) {
    if (!data.id) return;
    if (!this.cards.has(data.id)) this.cards.set(data.id, { id: data.id, opening: this.open(data) });
    const card = this.cards.get(data.id);
    if (data.event === "established") void this.talking(card);
    if (data.event === "connectioncleared") void this.finish(card);
    if (data.event === "DELETE") this.cards.delete(data.id);
  },

  ecidOf(data) {
    return TOOLBAR.CONTACT.GetCallDataValueByName(data, "ECID");
  },

  open(data) {
    const ecid = this.ecidOf(data);
    const { EASYCIM } = TOOLBAR;
    return ecid ? EASYCIM.openScript(data.id, ecid, data.type === "outbound") : EASYCIM.openScriptInbound(data.id);
  },

  mayWork(script) {
    return script.result === true && script.terminated !== true && script.readOnly !== true;
  },

  async talking(_card) {},

  async finish(card) {
    try {
      const script = await card.opening;
      if (!this.mayWork(script)) {
        this.show(script.error ?? "Non lavorabile");
        await this.end(card);
        return;
      }
      await this.save(card, script);
    } catch (error) {
      this.show(error.message);
      await this.end(card);
    }
  },

  async save(card, _script) {
    await TOOLBAR.EASYCIM.saveScript(card.id, "POSITIVE", true, "Concluso");
    this.show("Salvato");
  },

  async end(card) {
    try {
      await TOOLBAR.CONTACT.OfflineEnd(card.id);
    } catch (error) {
      this.show(error.message);
    }
  },
};
