/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes the elements of a HTML tree; no text gets into it unescaped. */
#ifndef ELEMENT_H
#define ELEMENT_H

#include <libxml/tree.h>

xmlNodePtr element(xmlNodePtr parent, const char *name, const char *class, const char *text);
xmlNodePtr elementf(xmlNodePtr parent, const char *name, const char *class, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void set_attribute(xmlNodePtr node, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void add_text(xmlNodePtr node, const char *text);

#endif
