/* SPDX-License-Identifier: GPL-2.0-only */
/* QEMU's arguments and the device tree of a cell. */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>

#include "table.h"
#include "util.h"

/**
 * struct tools - what a cell is run with
 * @qemu: qemu-system-riscv64, looked up in PATH
 * @bios: OpenSBI's fw_dynamic
 * @kernels: directory with a directory for each kernel
 * @initrd: the guest's initramfs
 */
struct tools {
	const char *qemu;
	const char *bios;
	const char *kernels;
	const char *initrd;
};

/* What the guest's console and results are connected to */
enum connection {
	CONNECT_CELL,	/* console on stdout, result on file descriptor 3 */
	CONNECT_SHELL,	/* console on the terminal, BusyBox instead of tests */
};

bool qemu_version_ok(const char *qemu);
bool machine_has_nodes(const struct machine *machine);
bool machine_edit_dtb(const struct machine *machine, const char *path);
struct strv machine_dumpdtb_args(const struct cell *cell, const struct tools *tools,
				 const char *dtb);
struct strv machine_args(const struct cell *cell, const struct tools *tools,
			 enum connection connection, const char *dtb);

#endif
