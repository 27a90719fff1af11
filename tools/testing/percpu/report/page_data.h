/* SPDX-License-Identifier: GPL-2.0-only */
/* Style and script of the page, from page_data.S. */
#ifndef PAGE_DATA_H
#define PAGE_DATA_H

extern const char page_css[];
extern const char page_js[];

#endif
