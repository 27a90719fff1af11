// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "element.h"
#include "text.h"
#include "util.h"

/**
 * add_text() - append text to an element
 * @node: the element
 * @text: any bytes
 */
void add_text(xmlNodePtr node, const char *text)
{
	char *clean = text_xml(text, strlen(text));

	xmlNodeAddContent(node, BAD_CAST clean);
	free(clean);
}

/**
 * element() - append an element to another
 * @parent: the other
 * @name: its name
 * @class: its class, NULL for none
 * @text: what stands in it, any bytes; NULL for nothing
 *
 * Return: the element, owned by the tree.
 */
xmlNodePtr element(xmlNodePtr parent, const char *name, const char *class, const char *text)
{
	xmlNode *node = xmlNewChild(parent, NULL, BAD_CAST name, NULL);

	if (!node) {
		error("out of memory");
		exit(2);
	}
	if (class)
		set_attribute(node, "class", "%s", class);
	if (text)
		add_text(node, text);
	return node;
}

static char *format(const char *fmt, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, args) < 0) {
		error("out of memory");
		exit(2);
	}
	return text;
}

/**
 * elementf() - append an element with a formatted text
 * @parent: as for element()
 * @name: likewise
 * @class: likewise
 * @fmt: as for printf()
 *
 * Return: the element, owned by the tree.
 */
xmlNodePtr elementf(xmlNodePtr parent, const char *name, const char *class, const char *fmt, ...)
{
	xmlNode *node;
	va_list args;
	char *text;

	va_start(args, fmt);
	text = format(fmt, args);
	va_end(args);
	node = element(parent, name, class, text);
	free(text);
	return node;
}

/**
 * set_attribute() - give an element an attribute
 * @node: the element
 * @name: the attribute
 * @fmt: its value, as for printf()
 */
void set_attribute(xmlNodePtr node, const char *name, const char *fmt, ...)
{
	va_list args;
	char *text, *clean;

	va_start(args, fmt);
	text = format(fmt, args);
	va_end(args);
	clean = text_xml(text, strlen(text));
	xmlNewProp(node, BAD_CAST name, BAD_CAST clean);
	free(clean);
	free(text);
}
