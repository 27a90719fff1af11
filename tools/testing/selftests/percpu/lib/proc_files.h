/* SPDX-License-Identifier: GPL-2.0-only */
/* What /proc says of the kernel's symbols and of physical memory. */
#ifndef PROC_FILES_H
#define PROC_FILES_H

struct phys_range {
	unsigned long long start;
	unsigned long long last;
};

/* Takes a symbol; @rest is its name and, for a module's, the module. */
typedef void (*symbol_fn)(unsigned long address, char type, const char *rest);

int kallsyms_read(symbol_fn each);
int iomem_find(const char *name, const struct phys_range *inside, struct phys_range *range);

#endif
