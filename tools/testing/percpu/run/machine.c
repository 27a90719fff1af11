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
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine.h"

#define MIB		(1ULL << 20)

/* CPUs that OpenSBI is told of at most; measured: it starts 64 harts */
#define FIRMWARE_CPUS	64

/* The host of a guest of KVM: it has what the guest has, QEMU and the archives beside
 * it, and fewer harts than most guests, so that it has to steal from them
 */
#define KVM_HARTS	2
#define KVM_MEGABYTES	512

/* Room for what is added to a device tree, in all and for each CPU */
#define ROOM		65536
#define ROOM_FOR_CPU	4096

/* With a stub: where it is (OpenSBI goes on there) and what it passes on, from
 * the start of RAM. An Image starts at a multiple of 2 MiB.
 */
#define STUB		(2ULL << 20)
#define STUB_IMAGE	(4ULL << 20)
#define STUB_DTB	(40ULL << 20)
#define STUB_INITRD	(42ULL << 20)

/* What firmware passes for KASLR: any number, and the same in each boot */
#define KASLR_SEED	0x9e3779b97f4a7c15ULL

/* -cpu rv64 has sv57; 7.2 cannot switch a mode off and its numbers mislead */
#define QEMU_MAJOR	8
#define QEMU_MINOR	1

/* The first line of --version, owned by the caller; empty if there is none */
static char *read_version(const char *qemu)
{
	char *quoted = quote(qemu);
	char *command = xasprintf("%s --version 2>/dev/null", quoted);
	FILE *pipe = popen(command, "re");
	char line[256] = "";

	if (pipe) {
		if (!fgets(line, sizeof(line), pipe))
			line[0] = '\0';
		pclose(pipe);
	}
	free(command);
	free(quoted);
	return xasprintf("%s", line);
}

/**
 * qemu_version_ok() - is this QEMU one that can choose the paging mode?
 * @qemu: the program
 * @version: what it says about its version, owned by the caller
 *
 * Return: true if it is 8.1 or later; else the user has been told.
 */
bool qemu_version_ok(const char *qemu, char **version)
{
	unsigned int major = 0, minor = 0;

	*version = read_version(qemu);
	if (sscanf(*version, "QEMU emulator version %u.%u", &major, &minor) != 2) {
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
 * machine_qemu_harts() - number of harts that QEMU is told of
 * @machine: the machine
 *
 * Return: as many as the largest hart id needs; QEMU's have the ids from 0 on.
 */
unsigned int machine_qemu_harts(const struct machine *machine)
{
	return machine->ids[machine->harts - 1] + 1;
}

/**
 * machine_needs_dtb() - must the device tree say what QEMU's own does not?
 * @machine: the machine
 *
 * Return: true if QEMU's own device tree will not do.
 */
bool machine_needs_dtb(const struct machine *machine)
{
	/* QEMU's RAM is whole MiB */
	return machine->nr_nodes > 1 || machine->nodes[0].size % MIB || machine->boot >= 0 ||
	       machine->possible > machine->harts || machine_qemu_harts(machine) > machine->harts;
}

/**
 * machine_needs_stub() - is the kernel's device tree not the firmware's?
 * @machine: the machine
 *
 * OpenSBI switches CPUs off in the device tree that it does not know, and it
 * knows 128 (SBI_HARTMASK_MAX_BITS); already with fewer its heap, which grows
 * with their square, would reach into the kernel 2 MiB above it.
 *
 * Return: true if it names more CPUs than OpenSBI can bear.
 */
bool machine_needs_stub(const struct machine *machine)
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
	int last = find_cpu(src, machine_qemu_harts(machine) - 1);
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
 * its siblings: so the last comes first, and QEMU's harts are made anew
 */
static int add_cpus(void *fdt, const struct machine *machine, const void *src)
{
	unsigned int harts = machine_qemu_harts(machine);
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
	for (i = 0; !rc && i < machine_qemu_harts(machine); i++)
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

/**
 * machine_initrd() - the initramfs of a cell
 * @cell: the cell
 * @tools: what to run it with
 *
 * Return: that of its kernel if there is one, else that of all kernels; owned by
 * the caller.
 */
char *machine_initrd(const struct cell *cell, const struct tools *tools)
{
	char *path = xasprintf("%s/%s/initramfs%s%s.cpio.gz", tools->kernels, cell->kernel,
			       *cell->initrd ? "-" : "", cell->initrd);

	if (*cell->initrd || !access(path, F_OK))
		return path;
	free(path);
	return xasprintf("%s", tools->initrd);
}

static unsigned long long ram_megabytes(const struct machine *machine)
{
	return (machine_end(machine) + MIB - 1) / MIB;
}

static char *machine_cmdline(const struct cell *cell, enum connection connection)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fprintf(file, "console=ttyS0 earlycon");
	if (*cell->alloc)
		fprintf(file, " percpu_alloc=%s", cell->alloc);
	if (cell->nr_cpus)
		fprintf(file, " nr_cpus=%u", cell->nr_cpus);
	if (cell->maxcpus)
		fprintf(file, " maxcpus=%u", cell->maxcpus);
	if (cell->fault)
		fprintf(file, " fault=%u", cell->fault);
	if (cell->numa_off)
		fprintf(file, " numa=off");
	fprintf(file, " percpu.cell=%s", cell->name);
	if (*cell->tests)
		fprintf(file, " percpu.tests=%s", cell->tests);
	if (cell->kexecs)
		fprintf(file, " percpu.kexec=%u", cell->kexecs);
	if (cell->transitions)
		fprintf(file, " percpu.transitions=%u", cell->transitions);
	if (cell->timeout)
		fprintf(file, " percpu.timeout=%u", cell->timeout);
	/* A shell is in the host */
	if (cell->kvm && connection != CONNECT_SHELL)
		fprintf(file, " percpu.kvm=%u,%llu", cell->machine->harts,
			ram_megabytes(cell->machine));
	if (connection == CONNECT_SHELL)
		fprintf(file, " percpu.shell quiet");
	fclose(file);
	return text;
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

/* Writes what became of a tree; tells the user if it is nothing */
static bool write_dtb(const char *path, void *fdt, int rc)
{
	if (!rc)
		rc = fdt_pack(fdt);
	if (!rc)
		return write_file(path, fdt, fdt_totalsize(fdt));
	error("%s: cannot edit the device tree that QEMU dumped: %s", path, fdt_strerror(rc));
	return false;
}

/**
 * machine_edit_dtb() - make a machine's device tree from the one that QEMU dumped
 * @machine: the machine
 * @path: the device tree, edited in place: the firmware's, and the kernel's too
 *	unless machine_needs_stub()
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
	bool ok;
	int rc;

	if (!data)
		return false;
	fdt = open_dtb(data, size, ROOM + machine->possible * ROOM_FOR_CPU, &rc);
	if (!rc)
		rc = edit_machine(fdt, machine, !machine_needs_stub(machine), data);
	ok = write_dtb(path, fdt, rc);
	free(fdt);
	free(data);
	return ok;
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
	char *path = xasprintf("%s/stub", dir);
	bool ok = write_file(path, &stub, sizeof(stub));

	free(path);
	return ok;
}

/**
 * machine_write_stub() - write the kernel's own device tree and what passes it on
 * @cell: the cell
 * @tools: what it is run with
 * @connection: where console and result go
 * @dir: where "machine.dtb" is, and "kernel.dtb" and "stub" shall be
 *
 * Return: true if they were written; else the user has been told.
 */
bool machine_write_stub(const struct cell *cell, const struct tools *tools,
			enum connection connection, const char *dir)
{
	char *cmdline = machine_cmdline(cell, connection);
	char *initrd = machine_initrd(cell, tools);
	char *from = xasprintf("%s/machine.dtb", dir);
	char *to = xasprintf("%s/kernel.dtb", dir);
	size_t size, initrd_size;
	char *data = read_file(from, &size);
	char *archive = read_file(initrd, &initrd_size);
	void *fdt = NULL;
	bool ok = data && archive;
	int rc;

	if (ok) {
		fdt = open_dtb(data, size, ROOM + cell->machine->possible * ROOM_FOR_CPU, &rc);
		if (!rc)
			rc = add_cpus(fdt, cell->machine, data);
		if (!rc)
			rc = edit_for_stub(fdt, cmdline, initrd_size);
		ok = write_dtb(to, fdt, rc) && write_stub(dir);
	}
	free(fdt);
	free(archive);
	free(data);
	free(to);
	free(from);
	free(initrd);
	free(cmdline);
	return ok;
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

/* A cell's machine, or the host of which it is a guest */
static unsigned int qemu_harts(const struct cell *cell)
{
	return cell->kvm ? KVM_HARTS : machine_qemu_harts(cell->machine);
}

static unsigned long long qemu_megabytes(const struct cell *cell)
{
	return ram_megabytes(cell->machine) + (cell->kvm ? KVM_MEGABYTES : 0);
}

static struct strv common_args(const struct cell *cell, const struct tools *tools,
			       const char *dumpdtb)
{
	struct strv args = { 0 };

	add(&args, tools->qemu, NULL);
	add(&args, "-M", xasprintf("virt,memory-backend=ram%s%s", dumpdtb ? ",dumpdtb=" : "",
				   dumpdtb ? dumpdtb : ""));
	add(&args, "-m", xasprintf("%lluM", qemu_megabytes(cell)));
	add(&args, "-object", xasprintf("memory-backend-ram,id=ram,size=%lluM,reserve=off",
					qemu_megabytes(cell)));
	add(&args, "-cpu", xasprintf("%s%s", cpu_model(cell), cell->kvm ? ",h=true" : ""));
	add(&args, "-smp", xasprintf("%u", qemu_harts(cell)));
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

static void add_loaded(struct strv *args, uint64_t offset, char *path)
{
	add(args, "-device", xasprintf("loader,addr=%#llx,force-raw=on,file=%s",
				       RAM_BASE + offset, path));
	free(path);
}

/* Image, initramfs, device tree and command line */
static void add_payload(struct strv *args, const struct cell *cell, const struct tools *tools,
			enum connection connection, const char *dir)
{
	char *image = xasprintf("%s/%s/Image", tools->kernels, cell->kernel);
	char *initrd = machine_initrd(cell, tools);

	if (machine_needs_dtb(cell->machine))
		add(args, "-dtb", xasprintf("%s/machine.dtb", dir));
	if (machine_needs_stub(cell->machine)) {
		add(args, "-kernel", xasprintf("%s/stub", dir));
		add_loaded(args, STUB_IMAGE, image);
		add_loaded(args, STUB_DTB, xasprintf("%s/kernel.dtb", dir));
		add_loaded(args, STUB_INITRD, initrd);
		return;
	}
	add(args, "-kernel", image);
	add(args, "-initrd", initrd);
	add(args, "-append", machine_cmdline(cell, connection));
}

/**
 * machine_args() - the command that boots a cell
 * @cell: the cell
 * @tools: what to run it with
 * @connection: where console and result go
 * @dir: where the files of the machine are, if it needs any
 *
 * Return: the arguments, owned by the caller.
 */
struct strv machine_args(const struct cell *cell, const struct tools *tools,
			 enum connection connection, const char *dir)
{
	struct strv args = common_args(cell, tools, NULL);

	add_payload(&args, cell, tools, connection, dir);
	if (connection == CONNECT_SHELL) {
		add(&args, "-serial", xasprintf("mon:stdio"));
		return args;
	}
	if (connection == CONNECT_LAB)
		return args;
	add(&args, "-chardev", xasprintf("stdio,id=console,signal=off"));
	add(&args, "-serial", xasprintf("chardev:console"));
	add(&args, "-chardev", xasprintf("file,id=result,path=/dev/fd/3"));
	add(&args, "-device", xasprintf("virtio-serial-device"));
	add(&args, "-device", xasprintf("virtserialport,chardev=result,name=percpu.result"));
	return args;
}
