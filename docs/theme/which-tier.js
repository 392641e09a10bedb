// Picks the answer to "Which tier am I?" out of the data in the page. Knows no tier, target or rule itself.
"use strict";

(() => {
    const form = document.getElementById("which");
    const answer = document.getElementById("answer");
    const { fixed, targets } = JSON.parse(document.getElementById("facts").textContent);
    const field = (name) => form.elements[name];

    /** Makes an element; text between backticks becomes code, and `[text](page)` a link. */
    function element(tag, text, attributes = {}) {
        const made = document.createElement(tag);
        for (const [key, value] of Object.entries(attributes)) {
            made.setAttribute(key, value);
        }
        for (const part of String(text ?? "").split(/(`[^`]*`|\[[^\]]*\]\([^)]*\))/)) {
            const linked = part.match(/^\[(.*)\]\((.*)\)$/);
            if (linked) {
                const href = linked[2].replace(/\.md$/, ".html");
                made.append(Object.assign(document.createElement("a"), { textContent: linked[1], href }));
            } else if (part.startsWith("`") && part.length > 1) {
                made.append(Object.assign(document.createElement("code"), { textContent: part.slice(1, -1) }));
            } else {
                made.append(part);
            }
        }
        return made;
    }

    function link(text, href, attributes = {}) {
        return element("a", text, { href, ...attributes });
    }

    /** Tells whether the tier is meant for a place. */
    function usual(place, audience) {
        const id = place === "cluster" ? profile() : place;
        return fixed.computers.some((it) => it.id === place) || Boolean(targets[id]?.cells[audience.tier]?.asked);
    }

    /** Returns the target of a cluster that nobody has described. */
    function profile() {
        return `${field("scheduler").value}-${field("system").value}`;
    }

    /** Shows the places that make sense for whoever asks; somebody new gets one that the tier is meant for. */
    function offerPlaces(audience, isNew) {
        const offered = [];
        for (const group of field("where").querySelectorAll("optgroup")) {
            const shown = audience.kinds.includes(group.dataset.kind);
            group.hidden = !shown;
            group.disabled = !shown;
            offered.push(...(shown ? group.children : []));
        }
        const chosen = offered.find((option) => option.selected);
        if (!chosen || (isNew && !usual(chosen.value, audience))) {
            (offered.find((option) => usual(option.value, audience)) ?? offered[0]).selected = true;
        }
    }

    /** Returns what was chosen, with everything that follows from it. */
    function choice() {
        const audience = fixed.audiences.find((it) => it.id === field("who").value);
        const where = field("where").value;
        const computer = fixed.computers.find((it) => it.id === where);
        const unlisted = where === "cluster";
        const id = unlisted ? profile() : where;
        const target = computer ? null : targets[id];
        return { audience, computer, unlisted, id, target, network: field("network").value, gpu: field("gpu").value };
    }

    /** Says what the place itself says, and locks the question where the answer is known. */
    function offerDetails({ unlisted, computer, target }) {
        document.getElementById("unlisted").hidden = !unlisted;
        field("scheduler").disabled = !unlisted;
        const known = document.getElementById("scheduler-known");
        const scheduler = target?.scheduler;
        if (unlisted) {
            known.textContent = "";
        } else if (scheduler && scheduler !== "?") {
            known.textContent = `This place uses ${scheduler}.`;
        } else if (scheduler === "?") {
            known.textContent = "What this place uses is not published.";
        } else {
            known.textContent = computer ? "A computer of your own needs none." : "It does not matter there.";
        }
    }

    /** Returns the platform whose lock is meant, and what stands in the way of the one that was wished. */
    function platformFor({ audience, computer, target, gpu }) {
        const cell = target?.cells[audience.tier];
        const offered = fixed.tiers[audience.tier].platforms;
        const usual = computer?.platform ?? cell?.platform ?? offered[0];
        if (gpu === "amd") {
            return [usual, ["No tier is locked for AMD GPUs; codes run on the CPUs."]];
        }
        if (gpu === "none") {
            return [usual, []];
        }
        const wished = offered.find((name) => name.endsWith("-cuda") && usual.startsWith(name.replace("-cuda", "")));
        if (!wished) {
            return [usual, [`\`${audience.tier}\` is not locked for CUDA on \`${usual}\`; codes run on the CPUs.`]];
        }
        if (target?.cuda === "none") {
            return [usual, ["What is known of this place says that there is no GPU: describe it with its CUDA version, and judge again."]];
        }
        if (target?.cuda === "?") {
            return [usual, [`The CUDA version of the driver is not published: ask for it before you take the lock for \`${wished}\`.`]];
        }
        return [wished, [`The driver has to support the CUDA that \`${wished}\` promises.`]];
    }

    function networkLimits({ network, target, unlisted }) {
        const limits = [...fixed.networks[network].limits];
        const [login, compute] = target?.internet ?? [null, null];
        if (!unlisted && network === "all" && compute === false) {
            limits.push("What is known of this place says that compute nodes do not reach the internet.");
        }
        if (!unlisted && network !== "none" && login === false) {
            limits.push("What is known of this place says that not even login nodes reach the internet.");
        }
        return limits;
    }

    function commands({ audience, id, target }, platform) {
        const format = fixed.formats[id] ?? fixed.otherFormat;
        const words = { tier: audience.tier, target: id, platform, format };
        return audience.commands
            .filter((command) => target || !command.includes("{target}"))
            .map((command) => command.replace(/\{(\w+)\}/g, (_, word) => words[word]));
    }

    function headline(chosen, platform) {
        const { audience, computer, id, target } = chosen;
        const tier = audience.tier;
        const head = element("h2", "Take the tier ", { id: "your-answer" });
        head.append(link(`\`${tier}\``, `reference/tiers/${tier}.html`));
        if (target) {
            head.append(" at ", link(`\`${id}\``, `reference/targets/${target.kind}.html#${id}`));
        }
        const line = element("p", "", { class: "verdict" });
        if (computer) {
            const there = fixed.tiers[tier].platforms.includes(platform);
            line.append(
                element("span", there ? "yes" : "no", { class: `state ${there ? "yes" : "no"}` }),
                element("span", there ? ` There is a lock for \`${platform}\`.` : ` There is no lock for \`${platform}\`.`),
            );
            return [head, line];
        }
        const cell = target.cells[tier];
        line.append(
            link(cell.sign, `reference/support.html#${id}--${tier}`, { class: `state ${cell.state}` }),
            element("span", ` ${cell.says[0].toUpperCase()}${cell.says.slice(1)}.`),
        );
        if (!cell.asked) {
            line.append(element("span", " The tier is not meant for this place; it was judged all the same."));
        }
        return [head, line];
    }

    function show(event) {
        const who = fixed.audiences.find((it) => it.id === field("who").value);
        offerPlaces(who, event?.target.name === "who");
        const chosen = choice();
        offerDetails(chosen);
        const { audience, target } = chosen;
        const [platform, gpuLimits] = platformFor(chosen);
        const cell = target?.cells[audience.tier];
        const limits = [
            ...(cell?.found ?? []),
            ...gpuLimits,
            ...networkLimits(chosen),
            ...(target?.limits ?? []),
            ...audience.limits,
        ];
        const code = element("code", "");
        code.textContent = commands(chosen, platform).join("\n");
        const block = document.createElement("pre");
        block.setAttribute("tabindex", "0");
        block.append(code);
        const list = document.createElement("ul");
        list.append(...limits.map((limit) => element("li", limit)));
        const onward = element("p", "", { class: "onward" });
        onward.append(link("Go on in the guide", audience.guide.replace(/\.md$/, ".html"), { class: "button" }));
        if (target) {
            onward.append(" ", link("What is behind this answer", `reference/support.html#${chosen.id}--${audience.tier}`));
        }
        answer.replaceChildren(
            ...headline(chosen, platform),
            element("h3", "Commands"),
            block,
            element("h3", "Known limits and notes"),
            list,
            onward,
        );
        remember();
    }

    /** Keeps the choice in the address, so that it can be sent to somebody. */
    function remember() {
        const words = new URLSearchParams(new FormData(form));
        history.replaceState(null, "", `?${words}${location.hash}`);
    }

    function recall() {
        for (const [name, value] of new URLSearchParams(location.search)) {
            const control = field(name);
            if (control) {
                control.value = value;
            }
        }
    }

    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", show);
    recall();
    show();
})();
