/* SPDX-License-Identifier: GPL-2.0-only */
/* QEMU's arguments and the device tree of a cell. */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>

#include "table.h"
#include "util.h"

#define RAM_BASE	0x80000000ULL	/* QEMU hw/riscv/virt.c, VIRT_DRAM */

/**
 * struct tools - what a cell is run with
 * @qemu: qemu-system-riscv64, looked up in PATH
 * @bios: OpenSBI's fw_dynamic
 * @kernels: directory with a directory for each kernel
 * @initrd: the initramfs for kernels that have none of their own
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
	CONNECT_LAB,	/* up to whoever boots it; the results are on the console */
};

bool qemu_version_ok(const char *qemu, char **version);
unsigned int machine_qemu_harts(const struct machine *machine);
bool machine_needs_dtb(const struct machine *machine);
bool machine_needs_stub(const struct machine *machine);
bool machine_edit_dtb(const struct machine *machine, const char *path);
bool machine_write_stub(const struct cell *cell, const struct tools *tools,
			enum connection connection, const char *dir);
char *machine_initrd(const struct cell *cell, const struct tools *tools);
struct strv machine_dumpdtb_args(const struct cell *cell, const struct tools *tools,
				 const char *dtb);
struct strv machine_args(const struct cell *cell, const struct tools *tools,
			 enum connection connection, const char *dir);

#endif
