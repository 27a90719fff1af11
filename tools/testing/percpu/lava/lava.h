/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a cell as a job for LAVA. */
#ifndef LAVA_H
#define LAVA_H

#include "qemu.h"
#include "table.h"

bool lava_write(const struct cell *cell, const struct tools *tools, double seconds,
		const char *jobs);

#endif
