// SPDX-License-Identifier: GPL-2.0-only
// What style alone cannot do: scroll a console to its splat, and know Escape.
(function () {
	"use strict";

	function scrollConsole(section) {
		section.querySelectorAll("pre.console").forEach(function (pre) {
			var mark = pre.querySelector("mark");

			pre.scrollTop = mark ? mark.offsetTop - pre.clientHeight / 4 : pre.scrollHeight;
		});
	}

	function show() {
		var section = document.querySelector(".result:target");

		document.querySelectorAll("a.badge").forEach(function (link) {
			if (link.hash === location.hash)
				link.setAttribute("aria-current", "true");
			else
				link.removeAttribute("aria-current");
		});
		if (!section)
			return;
		scrollConsole(section);
		section.querySelector("h2").focus({ preventScroll: true });
	}

	/* A folded console has no height to scroll in */
	document.addEventListener("toggle", function (event) {
		scrollConsole(event.target);
	}, true);
	document.addEventListener("keydown", function (event) {
		var link = document.querySelector("a.badge[aria-current]");

		if (event.key !== "Escape" || !link)
			return;
		location.hash = "#page-top";
		link.focus();
	});
	window.addEventListener("hashchange", show);
	/* Before that, what the address names is not shown yet */
	window.addEventListener("load", show);
}());
