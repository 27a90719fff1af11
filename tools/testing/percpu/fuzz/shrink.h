/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the smallest machine that still fails. */
#ifndef SHRINK_H
#define SHRINK_H

#include <stdbool.h>

#include "draw.h"

void shrink(struct drawn *drawn, bool (*fails)(const struct drawn *variant, void *arg),
	    void *arg);

#endif
