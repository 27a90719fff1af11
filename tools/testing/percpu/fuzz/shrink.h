/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the simplest machine that still fails. */
#ifndef SHRINK_H
#define SHRINK_H

#include <stdbool.h>

#include "generate.h"

void shrink(struct sample *sample, bool (*fails)(const struct sample *variant, void *arg),
	    void *arg);

#endif
