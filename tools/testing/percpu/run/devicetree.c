// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU itself has one block of RAM, from the start of the first node to the end of the
 * last one and not reserved on the host. Nodes and gaps are made in the device tree that
 * it dumps:
 *
 *   QEMU         |<--------------- 90G --------------->|
 *   device tree  |<-1G->|                       |<-1G->|
 *                 node 0                         node 1
 *
 * With -numa every node would be a socket with an interrupt controller of its
 * own, and the results could not get out when the harts of one are missing.
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devicetree.h"
#include "util.h"

#define MIB		(1ULL << 20)

/* Most CPUs in a device tree that OpenSBI gets; measured: it starts 64 harts */
#define FIRMWARE_CPUS	64

/* Room for what is added to a device tree, in all and for each CPU */
#define ROOM		65536
#define ROOM_FOR_CPU	4096

/* What firmware passes for KASLR: any number, and the same in each boot */
#define KASLR_SEED	0x9e3779b97f4a7c15ULL

/* Is QEMU's own device tree not enough? Its RAM is whole MiB, its hart ids have no gaps. */
bool devicetree_needed(const struct machine *machine)
{
	return machine->nr_nodes > 1 || machine->nodes[0].size % MIB || machine->boot >= 0 ||
	       machine->possible > machine->harts || qemu_harts(machine) > machine->harts;
}

/*
 * Is the kernel's device tree not the firmware's? OpenSBI switches CPUs off in the device
 * tree that it does not know, and it knows 128 (SBI_HARTMASK_MAX_BITS); already with fewer
 * its heap, which grows with their square, would reach into the kernel 2 MiB above it.
 */
bool devicetree_needs_stub(const struct machine *machine)
{
	return machine->possible > FIRMWARE_CPUS;
}

static int set_memory(void *fdt, const struct node *node, unsigned int id, bool alone)
{
	unsigned long long base = RAM_BASE + node->start;
	char name[32];
	int offset, rc;

	if (!node->size)
		return 0;
	snprintf(name, sizeof(name), "memory@%llx", base);
	offset = fdt_subnode_offset(fdt, 0, name);
	/* QEMU's own, which is all of it, is the first; with another name it would stay */
	if (offset == -FDT_ERR_NOTFOUND && node->start)
		offset = fdt_add_subnode(fdt, 0, name);
	if (offset < 0)
		return offset;
	rc = fdt_setprop_string(fdt, offset, "device_type", "memory");
	if (!rc)
		rc = fdt_setprop_u64(fdt, offset, "reg", base);
	if (!rc)
		rc = fdt_appendprop_u64(fdt, offset, "reg", node->size);
	return rc || alone ? rc : fdt_setprop_u32(fdt, offset, "numa-node-id", id);
}

static int find_cpu(const void *fdt, unsigned int id)
{
	char path[32];

	/* QEMU writes the unit address in decimal */
	snprintf(path, sizeof(path), "/cpus/cpu@%u", id);
	return fdt_path_offset(fdt, path);
}

/* A hart that the machine does not have is there for QEMU, but disabled */
static int set_hart(void *fdt, const struct machine *machine, unsigned int id)
{
	int node = machine_node_of_hart(machine, id);
	int offset = find_cpu(fdt, id);

	if (offset < 0)
		return offset;
	if (node < 0)
		return fdt_setprop_string(fdt, offset, "status", "disabled");
	return machine->nr_nodes == 1 ? 0 :
	       fdt_setprop_u32(fdt, offset, "numa-node-id", node);
}

/* Copies a node with all that is below it; @from is of another tree, @src */
static int copy_node(void *fdt, int parent, const char *name, const void *src, int from)
{
	int offset = fdt_add_subnode(fdt, parent, name);
	int prop, child, len, rc = offset < 0 ? offset : 0;
	const char *prop_name;
	const void *value;

	fdt_for_each_property_offset(prop, src, from) {
		value = fdt_getprop_by_offset(src, prop, &prop_name, &len);
		if (!rc)
			rc = fdt_setprop(fdt, offset, prop_name, value, len);
	}
	fdt_for_each_subnode(child, src, from)
		if (!rc)
			rc = copy_node(fdt, offset, fdt_get_name(src, child, NULL), src, child);
	return rc;
}

/* A CPU that is possible but that QEMU does not have: like the last hart, on the
 * nodes in turn, without the handles that devices know the last hart by
 */
static int add_cpu(void *fdt, const struct machine *machine, unsigned int id, const void *src)
{
	int last = find_cpu(src, qemu_harts(machine) - 1);
	int cpu, intc, rc;
	char name[16];

	snprintf(name, sizeof(name), "cpu@%u", id);
	rc = last < 0 ? last : copy_node(fdt, fdt_path_offset(fdt, "/cpus"), name, src, last);
	if (rc)
		return rc;
	cpu = find_cpu(fdt, id);
	rc = fdt_setprop_u32(fdt, cpu, "reg", id);
	if (!rc && machine->nr_nodes > 1)
		rc = fdt_setprop_u32(fdt, cpu, "numa-node-id", id % machine->nr_nodes);
	if (!rc)
		rc = fdt_delprop(fdt, cpu, "phandle");
	intc = fdt_subnode_offset(fdt, cpu, "interrupt-controller");
	return rc || intc < 0 ? rc : fdt_delprop(fdt, intc, "phandle");
}

/* The order of the nodes decides the CPU numbers, and libfdt adds a node before
 * its siblings: so the last is added first, and QEMU's harts are made again
 */
static int add_cpus(void *fdt, const struct machine *machine, const void *src)
{
	unsigned int harts = qemu_harts(machine);
	unsigned int id = harts + machine->possible - machine->harts;
	char name[16];
	int cpu, rc = 0;

	if (id == harts)
		return 0;
	while (!rc && id-- > harts)
		rc = add_cpu(fdt, machine, id, src);
	for (id = harts; !rc && id--;) {
		cpu = find_cpu(fdt, id);
		rc = cpu < 0 ? cpu : fdt_del_node(fdt, cpu);
		snprintf(name, sizeof(name), "cpu@%u", id);
		if (!rc)
			rc = copy_node(fdt, fdt_path_offset(fdt, "/cpus"), name, src,
				       find_cpu(src, id));
	}
	return rc;
}

/* OpenSBI's docs/opensbi_config.md; any other hart has to wait */
static int set_boot_hart(void *fdt, unsigned int id)
{
	int hart = find_cpu(fdt, id);
	uint32_t phandle = hart < 0 ? 0 : fdt_get_phandle(fdt, hart);
	int chosen = fdt_path_offset(fdt, "/chosen");
	int config, rc;

	if (chosen < 0 || !phandle)
		return -FDT_ERR_NOTFOUND;
	config = fdt_add_subnode(fdt, chosen, "opensbi-config");
	if (config < 0)
		return config;
	rc = fdt_setprop_string(fdt, config, "compatible", "opensbi,config");
	return rc ? rc : fdt_setprop_u32(fdt, config, "cold-boot-harts", phandle);
}

/* Kernels without KASLR do not look at it */
static int set_kaslr_seed(void *fdt)
{
	int chosen = fdt_path_offset(fdt, "/chosen");

	return chosen < 0 ? chosen : fdt_setprop_u64(fdt, chosen, "kaslr-seed", KASLR_SEED);
}

static int edit_machine(void *fdt, const struct machine *machine, bool all_cpus, const void *src)
{
	unsigned int i;
	int rc = all_cpus ? add_cpus(fdt, machine, src) : 0;

	if (!rc)
		rc = set_kaslr_seed(fdt);

	for (i = 0; !rc && i < machine->nr_nodes; i++)
		rc = set_memory(fdt, &machine->nodes[i], i, machine->nr_nodes == 1);
	for (i = 0; !rc && i < qemu_harts(machine); i++)
		rc = set_hart(fdt, machine, i);
	if (!rc && machine->boot >= 0)
		rc = set_boot_hart(fdt, machine->boot);
	return rc;
}

/* What QEMU and OpenSBI put into the tree of the firmware */
static int edit_for_stub(void *fdt, const char *cmdline, uint64_t initrd_size)
{
	int chosen = fdt_path_offset(fdt, "/chosen");
	int resv, rc;

	if (chosen < 0)
		return chosen;
	rc = fdt_setprop_string(fdt, chosen, "bootargs", cmdline);
	if (!rc)
		rc = fdt_setprop_u64(fdt, chosen, "linux,initrd-start", RAM_BASE + STUB_INITRD);
	if (!rc)
		rc = fdt_setprop_u64(fdt, chosen, "linux,initrd-end",
				     RAM_BASE + STUB_INITRD + initrd_size);
	resv = rc ? rc : fdt_add_subnode(fdt, 0, "reserved-memory");
	if (resv < 0)
		return resv;
	rc = fdt_setprop_u32(fdt, resv, "#address-cells", 2);
	if (!rc)
		rc = fdt_setprop_u32(fdt, resv, "#size-cells", 2);
	if (!rc)
		rc = fdt_setprop_empty(fdt, resv, "ranges");
	resv = rc ? rc : fdt_add_subnode(fdt, resv, "firmware@80000000");
	if (resv < 0)
		return resv;
	rc = fdt_setprop_empty(fdt, resv, "no-map");
	if (!rc)
		rc = fdt_setprop_u64(fdt, resv, "reg", RAM_BASE);
	return rc ? rc : fdt_appendprop_u64(fdt, resv, "reg", STUB);
}

/* Copies a device tree to where it can grow; NULL if it is none */
static void *open_dtb(const char *data, size_t size, size_t room, int *rc)
{
	void *fdt;

	*rc = size < sizeof(struct fdt_header) ? -FDT_ERR_TRUNCATED : fdt_check_header(data);
	if (!*rc && fdt_totalsize(data) > size)
		*rc = -FDT_ERR_TRUNCATED;
	if (*rc)
		return NULL;
	fdt = xrealloc(NULL, size + room);
	*rc = fdt_open_into(data, fdt, size + room);
	return fdt;
}

/* Writes what became of a tree; reports an error */
static bool write_dtb(const char *path, void *fdt, int rc)
{
	if (!rc)
		rc = fdt_pack(fdt);
	if (!rc)
		return write_file(path, fdt, fdt_totalsize(fdt));
	error("%s: cannot edit the device tree that QEMU dumped: %s", path, fdt_strerror(rc));
	return false;
}

/*
 * Makes a machine's device tree of the one that QEMU dumped: the firmware's, and the kernel's
 * too unless devicetree_needs_stub(). See Documentation/devicetree/bindings/numa.txt.
 */
bool devicetree_edit(const struct machine *machine, const char *path)
{
	size_t size;
	char *data __free(free) = read_file(path, &size);
	void *fdt __free(free) = NULL;
	int rc;

	if (!data)
		return false;
	fdt = open_dtb(data, size, ROOM + machine->possible * ROOM_FOR_CPU, &rc);
	if (!rc)
		rc = edit_machine(fdt, machine, !devicetree_needs_stub(machine), data);
	return write_dtb(path, fdt, rc);
}

/* Passes the kernel its own device tree: a0 stays the hart, a1 becomes the tree */
static bool write_stub(const char *dir)
{
	const struct {
		uint32_t code[4];
		uint64_t dtb;
		uint64_t image;
	} stub = {
		.code = {
			0x00000297,	/* auipc t0, 0 */
			0x0102b583,	/* ld    a1, 16(t0) */
			0x0182b283,	/* ld    t0, 24(t0) */
			0x00028067,	/* jr    t0 */
		},
		.dtb = RAM_BASE + STUB_DTB,
		.image = RAM_BASE + STUB_IMAGE,
	};
	char *path __free(free) = xasprintf("%s/stub", dir);

	return write_file(path, &stub, sizeof(stub));
}

/* Writes kernel.dtb, beside machine.dtb, and the stub that passes it on */
bool devicetree_write_stub(const struct cell *cell, const struct tools *tools,
			   enum connection connection, const char *dir)
{
	char *cmdline __free(free) = qemu_cmdline(cell, tools, connection);
	char *initrd __free(free) = qemu_initrd(cell, tools);
	char *from __free(free) = xasprintf("%s/machine.dtb", dir);
	char *to __free(free) = xasprintf("%s/kernel.dtb", dir);
	size_t size, initrd_size;
	char *data __free(free) = read_file(from, &size);
	char *archive __free(free) = read_file(initrd, &initrd_size);
	void *fdt __free(free) = NULL;
	int rc;

	if (!data || !archive)
		return false;
	fdt = open_dtb(data, size, ROOM + cell->machine->possible * ROOM_FOR_CPU, &rc);
	if (!rc)
		rc = add_cpus(fdt, cell->machine, data);
	if (!rc)
		rc = edit_for_stub(fdt, cmdline, initrd_size);
	return write_dtb(to, fdt, rc) && write_stub(dir);
}
