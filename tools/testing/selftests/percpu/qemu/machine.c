// SPDX-License-Identifier: GPL-2.0-only
/*
 * Derives QEMU's arguments and device tree from a cell's line.
 *
 * QEMU lays its NUMA nodes side by side, so a gap in the memory map is made in
 * two steps: the backend of a node reaches up to the start of the next node,
 * without reserving anything on the host, and its memory node in the device
 * tree is then shrunk to what the guest may see:
 *
 *   QEMU         |<------ m0: 89G ------>|<- m1: 1G ->|
 *   device tree  |<-1G->|                |<--- 1G --->|
 */
#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

#define RAM_BASE	0x80000000ULL	/* QEMU hw/riscv/virt.c, VIRT_DRAM */

/* -cpu rv64 has sv57; 7.2 cannot switch a mode off and its numbers mislead */
#define QEMU_MAJOR	8
#define QEMU_MINOR	1

/**
 * qemu_version_ok() - is this QEMU one that can choose the paging mode?
 * @qemu: the program
 *
 * Return: true if it is 8.1 or later; else the user has been told.
 */
bool qemu_version_ok(const char *qemu)
{
	char *quoted = quote(qemu);
	char *command = xasprintf("%s --version 2>/dev/null", quoted);
	FILE *pipe = popen(command, "re");
	unsigned int major = 0, minor = 0;
	char line[256] = "";

	if (pipe) {
		if (!fgets(line, sizeof(line), pipe))
			line[0] = '\0';
		pclose(pipe);
	}
	free(command);
	free(quoted);
	if (sscanf(line, "QEMU emulator version %u.%u", &major, &minor) != 2) {
		error("%s does not run or is not QEMU; install qemu-system-riscv or set QEMU=",
		      qemu);
		return false;
	}
	if (major < QEMU_MAJOR || (major == QEMU_MAJOR && minor < QEMU_MINOR)) {
		error("%s is QEMU %u.%u, which cannot switch sv48 off; use %u.%u or later (QEMU=)",
		      qemu, major, minor, QEMU_MAJOR, QEMU_MINOR);
		return false;
	}
	return true;
}

/* Bytes that QEMU needs behind a node to put the next one where it belongs */
static uint64_t backend_size(const struct machine *machine, unsigned int node)
{
	const struct node *nodes = machine->nodes;

	if (node + 1 == machine->nr_nodes)
		return nodes[node].size;
	return nodes[node + 1].start - nodes[node].start;
}

/**
 * machine_is_sparse() - are there gaps between the nodes' memory?
 * @machine: the machine
 *
 * Return: true if the device tree has to be edited.
 */
bool machine_is_sparse(const struct machine *machine)
{
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++)
		if (backend_size(machine, i) != machine->nodes[i].size)
			return true;
	return false;
}

static int shrink_memory(void *fdt, const struct node *node)
{
	uint64_t base = RAM_BASE + node->start;
	char path[64];
	int offset, rc;

	snprintf(path, sizeof(path), "/memory@%llx", (unsigned long long)base);
	offset = fdt_path_offset(fdt, path);
	if (offset < 0)
		return offset;
	rc = fdt_setprop_inplace_namelen_partial(fdt, offset, "reg", strlen("reg"), 8,
						 &(fdt64_t){ cpu_to_fdt64(node->size) }, 8);
	return rc;
}

/**
 * machine_edit_dtb() - make the gaps in a dumped device tree
 * @machine: the machine
 * @path: the device tree that QEMU dumped for it, edited in place
 *
 * Return: true if it was edited; else the user has been told.
 */
bool machine_edit_dtb(const struct machine *machine, const char *path)
{
	unsigned int i;
	size_t size;
	char *fdt = read_file(path, &size);
	int rc;

	if (!fdt)
		return false;
	rc = size < sizeof(struct fdt_header) ? -FDT_ERR_TRUNCATED : fdt_check_header(fdt);
	if (!rc && fdt_totalsize(fdt) > size)
		rc = -FDT_ERR_TRUNCATED;
	for (i = 0; !rc && i < machine->nr_nodes; i++)
		rc = shrink_memory(fdt, &machine->nodes[i]);
	if (rc)
		error("%s: cannot edit the device tree that QEMU dumped: %s", path,
		      fdt_strerror(rc));
	else if (!write_file(path, fdt, size))
		rc = -1;
	free(fdt);
	return !rc;
}

static const char *cpu_model(const struct cell *cell)
{
	if (!strcmp(cell->paging, "sv39"))
		return "rv64,sv48=off";
	if (!strcmp(cell->paging, "sv48"))
		return "rv64,sv57=off";
	return "rv64";
}

static void add(struct strv *args, const char *option, char *value)
{
	strv_add(args, xasprintf("%s", option));
	if (value)
		strv_add(args, value);
}

static void add_nodes(struct strv *args, const struct machine *machine)
{
	uint64_t total = 0;
	unsigned int i;

	for (i = 0; i < machine->nr_nodes; i++)
		total += backend_size(machine, i);
	add(args, "-m", xasprintf("%lluM", (unsigned long long)total >> 20));
	for (i = 0; i < machine->nr_nodes; i++) {
		add(args, "-object",
		    xasprintf("memory-backend-ram,id=m%u,size=%lluM,reserve=off", i,
			      (unsigned long long)backend_size(machine, i) >> 20));
		add(args, "-numa",
		    xasprintf("node,nodeid=%u,memdev=m%u,cpus=%u-%u", i, i,
			      machine_first_hart(machine, i),
			      machine_first_hart(machine, i + 1) - 1));
	}
}

static struct strv common_args(const struct cell *cell, const struct tools *tools,
			       const char *dumpdtb)
{
	struct strv args = { 0 };

	add(&args, tools->qemu, NULL);
	if (dumpdtb)
		add(&args, "-M", xasprintf("virt,dumpdtb=%s", dumpdtb));
	else
		add(&args, "-M", xasprintf("virt"));
	add(&args, "-cpu", xasprintf("%s", cpu_model(cell)));
	add(&args, "-smp", xasprintf("%u", cell->machine->harts));
	add_nodes(&args, cell->machine);
	add(&args, "-display", xasprintf("none"));
	add(&args, "-no-reboot", NULL);
	add(&args, "-bios", xasprintf("%s", tools->bios));
	return args;
}

/**
 * machine_dumpdtb_args() - the command that dumps a machine's device tree
 * @cell: the cell
 * @tools: what to run it with
 * @dtb: where QEMU shall write it
 *
 * Return: the arguments, owned by the caller.
 */
struct strv machine_dumpdtb_args(const struct cell *cell, const struct tools *tools,
				 const char *dtb)
{
	return common_args(cell, tools, dtb);
}

/**
 * machine_args() - the command that boots a cell
 * @cell: the cell
 * @tools: what to run it with
 * @connection: where console and result go
 * @dtb: the edited device tree, NULL for QEMU's own
 *
 * Return: the arguments, owned by the caller.
 */
struct strv machine_args(const struct cell *cell, const struct tools *tools,
			 enum connection connection, const char *dtb)
{
	struct strv args = common_args(cell, tools, NULL);
	char *alloc = xasprintf("%s%s", *cell->alloc ? " percpu_alloc=" : "", cell->alloc);

	add(&args, "-kernel", xasprintf("%s/%s/Image", tools->kernels, cell->kernel));
	add(&args, "-initrd", xasprintf("%s", tools->initrd));
	if (dtb)
		add(&args, "-dtb", xasprintf("%s", dtb));
	add(&args, "-append",
	    xasprintf("console=ttyS0 earlycon%s percpu.cell=%s%s", alloc, cell->name,
		      connection == CONNECT_SHELL ? " percpu.shell quiet" : ""));
	if (connection == CONNECT_SHELL) {
		add(&args, "-serial", xasprintf("mon:stdio"));
	} else {
		add(&args, "-chardev", xasprintf("stdio,id=console,signal=off"));
		add(&args, "-serial", xasprintf("chardev:console"));
		add(&args, "-chardev", xasprintf("file,id=result,path=/dev/fd/3"));
		add(&args, "-device", xasprintf("virtio-serial-device"));
		add(&args, "-device",
		    xasprintf("virtserialport,chardev=result,name=percpu.result"));
	}
	free(alloc);
	return args;
}
