/* SPDX-License-Identifier: GPL-2.0-only */
/* Style and script of the page, as they are in their files */
	.section .rodata
	.global page_css, page_js
page_css:
	.incbin "page.css"
	.byte 0
page_js:
	.incbin "page.js"
	.byte 0
	.section .note.GNU-stack, "", %progbits
