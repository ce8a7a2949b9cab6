"use strict";
// Shows the flows of the data block: filters, sorts, and unfolds. All text becomes text
// nodes; nothing of the data is read as markup.
(() => {
	const data = JSON.parse(document.getElementById("data").textContent);
	const pageSize = 100, printed = 2000, listed = 50;
	const $ = (id) => document.getElementById(id);
	const el = (tag, attributes, ...children) => {
		const e = document.createElement(tag);
		for (const [name, value] of Object.entries(attributes || {})) e.setAttribute(name, value);
		for (const c of children) e.append(c);
		return e;
	};
	const words = (list) => (list || []).join(", ");
	const ruleOf = (i) => data.rules[i];

	data.flows.forEach((f, i) => {
		f.id = i;
		f.rulesets = [...new Set((f.rules || []).map((r) => ruleOf(r.rule).ruleset))];
		f.text = [f.application, f.name, words(f.sources), words(f.destinations), words(f.services), f.why, f.comment || "",
			...(f.rules || []).map((r) => ruleOf(r.rule).name), ...(f.violations || []).map((v) => v.policy + " " + v.message)].join("\n").toLowerCase();
	});

	const fill = (select, values) => { for (const v of values) select.append(el("option", { value: v }, v)); };
	const sorted = (values) => [...new Set(values)].filter((v) => v !== "").sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
	fill($("application"), sorted(data.flows.map((f) => f.application)));
	fill($("ruleset"), sorted(data.rules.map((r) => r.ruleset)));
	const statuses = new Set(data.flows.map((f) => f.gravity));
	data.gravities.forEach((word, i) => { if (statuses.has(i)) $("status").append(el("option", { value: String(i) }, word)); });

	let order = "status", down = false, shown = pageSize, rule = -1, found = [];
	const keys = {
		flow: (f) => f.application + "\n" + f.name, status: (f) => f.gravity, source: (f) => words(f.sources), destination: (f) => words(f.destinations),
		service: (f) => words(f.services), rule: (f) => f.why,
	};

	const select = () => {
		const asked = $("search").value.toLowerCase().split(/\s+/).filter((w) => w);
		const application = $("application").value, status = $("status").value, ruleset = $("ruleset").value, change = $("change").value;
		found = data.flows.filter((f) => asked.every((w) => f.text.includes(w)) && (!application || f.application === application) &&
			(!status || String(f.gravity) === status) && (!ruleset || f.rulesets.includes(ruleset)) &&
			(!change || (change === "any" ? f.change : f.change === change)) && (rule < 0 || (f.rules || []).some((r) => r.rule === rule)));
		const key = keys[order];
		const keyed = found.map((f) => [key(f), f]);
		keyed.sort(([a, f], [b, g]) => (a < b ? -1 : a > b ? 1 : f.id - g.id) * (down && a !== b ? -1 : 1));
		found = keyed.map(([, f]) => f);
		shown = pageSize;
		draw();
	};

	const section = (title, ...content) => [el("h3", {}, title), ...content];
	const ruleText = (r) => {
		const rule = ruleOf(r.rule), out = [el("p", {}, r.action + ": ", el("code", {}, rule.name))];
		if (rule.lines) {
			const pre = el("pre", { tabindex: "0", "aria-label": "lines around " + rule.name });
			for (const l of rule.lines) pre.append(el("span", l.hit ? { class: "hit" } : {}, l.number + "  " + l.text + "\n"));
			out.push(pre);
		}
		return out;
	};
	const details = (f) => {
		const td = el("td", { colspan: "6" });
		const put = (...parts) => td.append(...parts.flat());
		if (f.comment) put(el("p", {}, f.comment));
		put(section("Declared", el("p", {}, "from ", el("code", {}, words(f.sources)), " to ", el("code", {}, words(f.destinations)), " ", el("code", {}, words(f.services)), ", required: " + f.wanted + ", found: " + f.status)));
		for (const p of f.path || []) {
			const way = el("ol");
			for (const h of p.hops || []) way.append(el("li", {}, h.device + (h.in ? ", in " + h.in : "") + (h.out ? ", out " + h.out : "") + ((h.lists || []).length ? ", lists " + words(h.lists) : "")));
			put(section("Path" + (p.from || p.to ? " from " + p.from + " to " + p.to : ""), way));
		}
		if ((f.missing || []).length) {
			const ul = el("ul");
			for (const m of f.missing) ul.append(el("li", {}, el("code", {}, words(m.sources) + " → " + words(m.destinations) + " " + words(m.services)), m.from || m.to ? " from zone " + m.from + " to zone " + m.to + " " : " ", m.translated ? "compared as " + m.translated + " " : "", [m.ruleset, m.blocked_by, m.reason].filter((t) => t).join(": ")));
			put(section("Not as required", ul));
		}
		if ((f.violations || []).length) {
			const ul = el("ul");
			for (const v of f.violations) ul.append(el("li", {}, v.severity + ": " + v.policy + ": " + (v.message || "") + (v.exception ? " (excepted: " + v.exception + ")" : "")));
			put(section("Policies", ul));
		}
		if ((f.rules || []).length) put(section("Deciding rules", ...f.rules.flatMap(ruleText)));
		for (const c of f.changes || []) put(section("Proposed change" + (c.ruleset ? " in " + c.ruleset : ""), el("pre", { tabindex: "0" }, c.text)));
		if ((f.managed || []).length) put(section("Rules managed here", el("pre", { tabindex: "0" }, f.managed.join("\n"))));
		return td;
	};

	const row = (f) => {
		const open = el("button", { type: "button", class: "plain", "aria-expanded": "false" }, f.application + "/" + f.name);
		const tr = el("tr", { class: "flow" });
		const cell = (label, ...children) => tr.append(el("td", { "data-label": label }, ...children));
		cell("Status", el("span", { class: "badge g" + f.gravity }, f.label + (f.change ? ", " + f.change : "")));
		cell("Flow", open);
		cell("Source", words(f.sources));
		cell("Destination", words(f.destinations));
		cell("Service", words(f.services));
		cell("Rule", f.why);
		open.addEventListener("click", () => {
			const is = open.getAttribute("aria-expanded") === "true";
			open.setAttribute("aria-expanded", String(!is));
			if (is) tr.nextElementSibling.remove();
			else tr.after(el("tr", { class: "details" }, details(f)));
		});
		return tr;
	};

	let drawn = 0;
	const append = (upTo) => {
		const body = $("body"), part = document.createDocumentFragment();
		for (; drawn < Math.min(upTo, found.length); drawn++) part.append(row(found[drawn]));
		body.append(part);
		$("more").hidden = drawn >= found.length;
		$("count").textContent = found.length + " of " + data.flows.length + " flows, " + drawn + " listed" + (rule < 0 ? "" : "; only those decided by " + ruleOf(rule).name);
		$("all").hidden = rule < 0;
	};
	const draw = () => {
		$("body").replaceChildren();
		drawn = 0;
		append(shown);
	};

	for (const id of ["application", "status", "ruleset", "change"]) $(id).addEventListener("change", select);
	let typing = 0;
	$("search").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(select, 120); });
	$("more").addEventListener("click", () => { shown += pageSize; append(shown); });
	$("all").addEventListener("click", () => { rule = -1; select(); });
	window.addEventListener("beforeprint", () => append(printed));
	for (const button of document.querySelectorAll("#flows thead button")) {
		button.addEventListener("click", () => {
			down = order === button.dataset.key && !down;
			order = button.dataset.key;
			for (const b of document.querySelectorAll("#flows thead button")) b.parentElement.removeAttribute("aria-sort");
			button.parentElement.setAttribute("aria-sort", down ? "descending" : "ascending");
			select();
		});
	}

	// Which flows use which rule, by ruleset; a ruleset is filled when it is unfolded.
	const users = data.rules.map(() => []);
	for (const f of data.flows) for (const r of f.rules || []) if (users[r.rule][users[r.rule].length - 1] !== f) users[r.rule].push(f);
	for (const name of sorted(data.rules.map((r) => r.ruleset))) {
		const of = data.rules.map((r, i) => [r, i]).filter(([r]) => r.ruleset === name);
		const fold = el("details", {}, el("summary", {}, name + ": " + of.length + (of.length === 1 ? " rule" : " rules")));
		fold.addEventListener("toggle", () => {
			if (!fold.open || fold.childElementCount > 1) return;
			const ul = el("ul");
			for (const [r, i] of of) {
				const b = el("button", { type: "button", class: "plain" }, r.name);
				b.addEventListener("click", () => { rule = i; select(); $("flows").scrollIntoView(); $("count").focus(); });
				const names = users[i].slice(0, listed).map((f) => f.application + "/" + f.name);
				if (users[i].length > listed) names.push("… and " + (users[i].length - listed) + " more");
				ul.append(el("li", {}, b, ": " + names.join(", ")));
			}
			fold.append(ul);
		});
		$("rules").append(fold);
	}
	select();
	document.body.setAttribute("data-ready", "true");
})();
