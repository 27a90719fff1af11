// SPDX-License-Identifier: GPL-2.0-only
/*
 * Derives QEMU's arguments and device tree from a cell's line.
 *
 * QEMU itself is told of one block of RAM, from the start of the first node to
 * the end of the last one and not reserved on the host. Nodes and gaps are made
 * in the device tree that it dumps:
 *
 *   QEMU         |<--------------- 90G --------------->|
 *   device tree  |<-1G->|                       |<-1G->|
 *                 node 0                         node 1
 *
 * With -numa every node would be a socket with an interrupt controller of its
 * own, and the results could not come out when the harts of one are missing.
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

/**
 * machine_has_nodes() - does the device tree have to name nodes?
 * @machine: the machine
 *
 * Return: true if QEMU's own device tree will not do.
 */
bool machine_has_nodes(const struct machine *machine)
{
	return machine->nr_nodes > 1;
}

static int set_memory(void *fdt, const struct node *node, unsigned int id)
{
	unsigned long long base = RAM_BASE + node->start;
	char name[32];
	int offset, rc;

	snprintf(name, sizeof(name), "memory@%llx", base);
	offset = fdt_subnode_offset(fdt, 0, name);
	if (offset == -FDT_ERR_NOTFOUND && id)
		offset = fdt_add_subnode(fdt, 0, name);
	if (offset < 0)
		return offset;
	rc = fdt_setprop_string(fdt, offset, "device_type", "memory");
	if (!rc)
		rc = fdt_setprop_u64(fdt, offset, "reg", base);
	if (!rc)
		rc = fdt_appendprop_u64(fdt, offset, "reg", node->size);
	return rc ? rc : fdt_setprop_u32(fdt, offset, "numa-node-id", id);
}

static int set_hart(void *fdt, unsigned int hart, unsigned int node)
{
	char path[32];
	int offset;

	snprintf(path, sizeof(path), "/cpus/cpu@%x", hart);
	offset = fdt_path_offset(fdt, path);
	return offset < 0 ? offset : fdt_setprop_u32(fdt, offset, "numa-node-id", node);
}

static int set_nodes(void *fdt, const struct machine *machine)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; !rc && i < machine->nr_nodes; i++)
		rc = set_memory(fdt, &machine->nodes[i], i);
	for (i = 0; !rc && i < machine->harts; i++)
		rc = set_hart(fdt, i, machine_node_of_hart(machine, i));
	return rc;
}

/* Copies a device tree to where it can grow; NULL if it is none */
static void *open_dtb(const char *data, size_t size, int *rc)
{
	size_t room = size + 65536;
	void *fdt;

	*rc = size < sizeof(struct fdt_header) ? -FDT_ERR_TRUNCATED : fdt_check_header(data);
	if (!*rc && fdt_totalsize(data) > size)
		*rc = -FDT_ERR_TRUNCATED;
	if (*rc)
		return NULL;
	fdt = xrealloc(NULL, room);
	*rc = fdt_open_into(data, fdt, room);
	return fdt;
}

/**
 * machine_edit_dtb() - make nodes and gaps in a dumped device tree
 * @machine: the machine
 * @path: the device tree that QEMU dumped for it, edited in place
 *
 * Bindings: Documentation/devicetree/bindings/numa.txt of a kernel tree.
 *
 * Return: true if it was edited; else the user has been told.
 */
bool machine_edit_dtb(const struct machine *machine, const char *path)
{
	size_t size;
	char *data = read_file(path, &size);
	void *fdt;
	int rc;

	if (!data)
		return false;
	fdt = open_dtb(data, size, &rc);
	if (!rc)
		rc = set_nodes(fdt, machine);
	if (!rc)
		rc = fdt_pack(fdt);
	if (rc)
		error("%s: cannot edit the device tree that QEMU dumped: %s", path,
		      fdt_strerror(rc));
	else if (!write_file(path, fdt, fdt_totalsize(fdt)))
		rc = -1;
	free(fdt);
	free(data);
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

static unsigned long long ram_megabytes(const struct machine *machine)
{
	const struct node *last = &machine->nodes[machine->nr_nodes - 1];

	return (last->start + last->size) >> 20;
}

static struct strv common_args(const struct cell *cell, const struct tools *tools,
			       const char *dumpdtb)
{
	struct strv args = { 0 };

	add(&args, tools->qemu, NULL);
	add(&args, "-M", xasprintf("virt,memory-backend=ram%s%s", dumpdtb ? ",dumpdtb=" : "",
				   dumpdtb ? dumpdtb : ""));
	add(&args, "-m", xasprintf("%lluM", ram_megabytes(cell->machine)));
	add(&args, "-object", xasprintf("memory-backend-ram,id=ram,size=%lluM,reserve=off",
					ram_megabytes(cell->machine)));
	add(&args, "-cpu", xasprintf("%s", cpu_model(cell)));
	add(&args, "-smp", xasprintf("%u", cell->machine->harts));
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
