/* SPDX-License-Identifier: GPL-2.0-only */
/* The matrix of all cells on the page. */
#ifndef GRID_H
#define GRID_H

#include <libxml/tree.h>

#include "report.h"

void grid_draw(xmlNodePtr parent, const struct report *report);
xmlNodePtr badge_draw(xmlNodePtr parent, const char *element_name, const struct result *result);

#endif
