/* SPDX-License-Identifier: GPL-2.0-only */
/* The device tree of a cell's machine, made from the one that QEMU dumps. */
#ifndef DEVICETREE_H
#define DEVICETREE_H

#include "qemu.h"

/* Where a stub is (OpenSBI jumps there) and what it passes on, from RAM_BASE. An Image
 * starts at a multiple of 2 MiB.
 */
#define STUB		(2ULL << 20)
#define STUB_IMAGE	(4ULL << 20)
#define STUB_DTB	(40ULL << 20)
#define STUB_INITRD	(42ULL << 20)

bool devicetree_needed(const struct machine *machine);
bool devicetree_needs_stub(const struct machine *machine);
bool devicetree_edit(const struct machine *machine, const char *path);
bool devicetree_write_stub(const struct cell *cell, const struct tools *tools,
			   enum connection connection, const char *dir);

#endif
