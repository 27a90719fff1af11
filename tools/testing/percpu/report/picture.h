/* SPDX-License-Identifier: GPL-2.0-only */
/* Draws a machine: its nodes, its harts, and where each CPU's unit lies. */
#ifndef PICTURE_H
#define PICTURE_H

#include <libxml/tree.h>
#include <stdint.h>

#include "report.h"

#define NOWHERE	(-1)

/**
 * struct unit - what is known of a CPU
 * @cpu: its number, the kernel's
 * @hart: its hart, -1 if not stated
 * @node: its node, -1 if not stated
 * @address: a physical address in its unit
 * @lies_in: the node that has this address, NOWHERE if none has
 * @astray: this is not the node where it must be
 */
struct unit {
	unsigned int cpu;
	long hart;
	long node;
	uint64_t address;
	int lies_in;
	bool astray;
};

/**
 * struct units - the units of a machine
 * @units: by address
 * @nr: how many
 * @astray: how many of them are astray
 */
struct units {
	struct unit *units;
	size_t nr;
	size_t astray;
};

void units_find(struct units *units, const struct result *result);
void units_free(struct units *units);
void picture_draw(xmlNodePtr parent, const struct result *result, const struct units *units);

#endif
