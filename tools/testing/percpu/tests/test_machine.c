// SPDX-License-Identifier: GPL-2.0-only
/* QEMU's arguments, and the gaps that are made in a device tree. */
#include <libfdt.h>

#include "devicetree.h"
#include "test.h"

#define MIB		(1ULL << 20)
#define GIB		(1ULL << 30)
#define RAM		0x80000000ULL
#define FDT_SIZE	65536

static const struct machine flat4 = {
	.name = "flat4",
	.harts = 4,
	.possible = 4,
	.nr_nodes = 1,
	.nodes = { { 0, GIB, 4 } },
	.ids = { 0, 1, 2, 3 },
	.boot = -1,
};

static const struct machine smp4 = {
	.name = "smp4",
	.harts = 4,
	.possible = 4,
	.nr_nodes = 2,
	.nodes = { { 0, 512 * MIB, 2 }, { 512 * MIB, 512 * MIB, 2 } },
	.ids = { 0, 1, 2, 3 },
	.boot = -1,
};

static const struct machine sparse4 = {
	.name = "sparse4",
	.harts = 4,
	.possible = 4,
	.nr_nodes = 2,
	.nodes = { { 0, GIB, 2 }, { 89 * GIB, GIB, 2 } },
	.ids = { 0, 1, 2, 3 },
	.boot = -1,
};

static const struct tools tools = {
	.qemu = "qemu",
	.bios = "/fw.bin",
	.kernels = "/kernels",
	.initrd = "/initrd",
};

static struct cell make_cell(const struct machine *machine, const char *paging, const char *alloc)
{
	struct cell cell = { .machine = machine, .kernel = "numa" };

	strcpy(cell.paging, paging);
	strcpy(cell.alloc, alloc);
	snprintf(cell.name, sizeof(cell.name), "6.1.numa.%s.%s.%s", *alloc ? alloc : "auto", paging,
		 machine->name);
	return cell;
}

/* All arguments in one string, each a line */
static char *join(struct strv *args)
{
	char *text = xasprintf("%s", "");
	char *longer;
	size_t i;

	for (i = 0; i < args->n; i++) {
		longer = xasprintf("%s%s\n", text, args->v[i]);
		free(text);
		text = longer;
	}
	assert_null(args->v[args->n]);
	strv_free(args);
	return text;
}

static char *boot_args(const struct machine *machine, const char *paging, const char *alloc,
		       enum connection connection)
{
	struct cell cell = make_cell(machine, paging, alloc);
	struct strv args = qemu_args(&cell, &tools, connection, "/dir");

	return join(&args);
}

static void test_args_of_flat4(void **state)
{
	char *text = boot_args(&flat4, "sv39", "page", CONNECT_CELL);

	assert_string_equal(text,
			    "qemu\n"
			    "-M\nvirt,memory-backend=ram\n"
			    "-m\n1024M\n"
			    "-object\nmemory-backend-ram,id=ram,size=1024M,reserve=off\n"
			    "-cpu\nrv64,sv48=off\n"
			    "-smp\n4\n"
			    "-display\nnone\n"
			    "-no-reboot\n"
			    "-bios\n/fw.bin\n"
			    "-kernel\n/kernels/numa/Image\n"
			    "-initrd\n/initrd\n"
			    "-append\nconsole=ttyS0 earlycon percpu_alloc=page percpu.cell=6.1.numa.page.sv39.flat4\n"
			    "-chardev\nstdio,id=console,signal=off\n"
			    "-serial\nchardev:console\n"
			    "-chardev\nfile,id=result,path=/dev/fd/3\n"
			    "-device\nvirtio-serial-device\n"
			    "-device\nvirtserialport,chardev=result,name=percpu.result\n");
	free(text);
}

static void test_args_of_sparse4(void **state)
{
	char *text = boot_args(&sparse4, "sv39", "", CONNECT_CELL);

	assert_contains(text, "\n-m\n92160M\n");
	assert_contains(text, "\nmemory-backend-ram,id=ram,size=92160M,reserve=off\n");
	assert_contains(text, "\n-dtb\n/dir/machine.dtb\n-kernel\n/kernels/numa/Image\n");
	assert_contains(text, " earlycon percpu.cell=6.1.numa.auto.sv39.sparse4\n");
	assert_null(strstr(text, "percpu_alloc"));
	free(text);
}

static void assert_cpu(const struct machine *machine, const char *paging, const char *cpu)
{
	char *text = boot_args(machine, paging, "", CONNECT_CELL);

	assert_contains(text, cpu);
	free(text);
}

static void test_paging_modes(void **state)
{
	assert_cpu(&smp4, "sv39", "\n-cpu\nrv64,sv48=off\n-smp\n4\n");
	assert_cpu(&smp4, "sv48", "\n-cpu\nrv64,sv57=off\n-smp\n4\n");
	assert_cpu(&smp4, "sv57", "\n-cpu\nrv64\n-smp\n4\n");
	assert_cpu(&sparse4, "sv39", "\n-cpu\nrv64,sv48=off\n-smp\n4\n");
	assert_cpu(&sparse4, "sv48", "\n-cpu\nrv64,sv57=off\n-smp\n4\n");
	assert_cpu(&sparse4, "sv57", "\n-cpu\nrv64\n-smp\n4\n");
}

static void test_args_of_a_shell(void **state)
{
	char *text = boot_args(&smp4, "sv39", "", CONNECT_SHELL);

	assert_contains(text, " percpu.shell quiet\n-serial\nmon:stdio\n");
	assert_null(strstr(text, "/dev/fd/3"));
	free(text);
}

/* The dumped tree must be that of the very machine that is booted */
static void test_args_that_dump(void **state)
{
	struct cell cell = make_cell(&sparse4, "sv48", "");
	struct strv args = qemu_dumpdtb_args(&cell, &tools, "/machine.dtb");
	char *text = join(&args);

	assert_string_equal(text,
			    "qemu\n"
			    "-M\nvirt,memory-backend=ram,dumpdtb=/machine.dtb\n"
			    "-m\n92160M\n"
			    "-object\nmemory-backend-ram,id=ram,size=92160M,reserve=off\n"
			    "-cpu\nrv64,sv57=off\n"
			    "-smp\n4\n"
			    "-display\nnone\n"
			    "-no-reboot\n"
			    "-bios\n/fw.bin\n");
	free(text);
}

/* The host of a guest has two harts and more memory; the guest is what the cell says */
static void test_args_of_a_guest(void **state)
{
	struct cell cell = make_cell(&flat4, "sv39", "page");
	struct strv args;
	char *text;

	cell.kvm = true;
	args = qemu_args(&cell, &tools, CONNECT_CELL, "/dir");
	text = join(&args);
	assert_contains(text, "\n-m\n1536M\n");
	assert_contains(text, ",size=1536M,");
	assert_contains(text, "\n-cpu\nrv64,sv48=off,h=true\n-smp\n2\n");
	assert_contains(text, " percpu_alloc=page percpu.cell=");
	assert_contains(text, " percpu.kvm=4,1024\n");
	free(text);
	args = qemu_args(&cell, &tools, CONNECT_SHELL, "/dir");
	text = join(&args);
	assert_null(strstr(text, "percpu.kvm"));
	free(text);
}

/* A machine that is flat4 but for one thing */
static struct machine change(unsigned int possible, int boot, unsigned int last_id)
{
	struct machine machine = flat4;

	machine.possible = possible;
	machine.boot = boot;
	machine.ids[3] = last_id;
	return machine;
}

static void assert_needs(struct machine machine, bool dtb, bool stub)
{
	assert_int_equal(devicetree_needed(&machine), dtb);
	assert_int_equal(devicetree_needs_stub(&machine), stub);
}

static void test_what_a_machine_needs(void **state)
{
	assert_needs(flat4, false, false);
	assert_needs(smp4, true, false);
	assert_needs(sparse4, true, false);
	assert_needs(change(4, 0, 3), true, false);
	assert_needs(change(4, -1, 4), true, false);
	assert_needs(change(5, -1, 3), true, false);
	assert_needs(change(64, -1, 3), true, false);
	assert_needs(change(65, -1, 3), true, true);
	assert_needs(change(512, -1, 3), true, true);
}

/* QEMU gets harts up to the last id; those without an id are disabled in the tree */
static void test_args_with_ids(void **state)
{
	struct machine machine = change(4, -1, 7);
	char *text = boot_args(&machine, "sv39", "", CONNECT_CELL);

	assert_contains(text, "\n-smp\n8\n");
	assert_contains(text, "\n-dtb\n/dir/machine.dtb\n");
	free(text);
}

/* RAM ends where the last node with memory does, in whole MiB */
static void assert_ram(struct machine machine, const char *megabytes)
{
	char *wanted = xasprintf("\n-m\n%sM\n-object\nmemory-backend-ram,id=ram,size=%sM,",
				 megabytes, megabytes);
	char *text = boot_args(&machine, "sv39", "", CONNECT_CELL);

	assert_contains(text, wanted);
	free(text);
	free(wanted);
}

static void test_ram(void **state)
{
	struct machine machine = smp4;

	assert_ram(machine, "1024");
	machine.nodes[1].size -= 4096;
	assert_ram(machine, "1024");
	machine.nodes[1].size += 8192;
	assert_ram(machine, "1025");
	machine.nodes[1] = (struct node){ 512 * MIB, 0, 2 };
	assert_ram(machine, "512");
	machine.nodes[0].size = 0;
	machine.nodes[1] = (struct node){ 0, GIB, 2 };
	assert_ram(machine, "1024");
}

static void test_args_with_a_stub(void **state)
{
	struct machine machine = change(512, -1, 3);
	char *text = boot_args(&machine, "sv39", "", CONNECT_CELL);

	assert_contains(text,
			"\n-smp\n4\n"
			"-display\nnone\n"
			"-no-reboot\n"
			"-bios\n/fw.bin\n"
			"-dtb\n/dir/machine.dtb\n"
			"-kernel\n/dir/stub\n"
			"-device\nloader,addr=0x80400000,force-raw=on,file=/kernels/numa/Image\n"
			"-device\nloader,addr=0x82800000,force-raw=on,file=/dir/kernel.dtb\n"
			"-device\nloader,addr=0x82a00000,force-raw=on,file=/initrd\n"
			"-chardev\nstdio,id=console,signal=off\n");
	assert_null(strstr(text, "-append"));
	assert_null(strstr(text, "-initrd"));
	free(text);
}

/* --- files --- */

static char *make_temporary_dir(void)
{
	const char *dir = getenv("TMPDIR");
	char *path = xasprintf("%s/percpu-qemu.XXXXXX", dir ? dir : "/tmp");

	assert_non_null(mkdtemp(path));
	return path;
}

static void put(const char *dir, const char *name, const void *data, size_t size)
{
	char *path = xasprintf("%s/%s", dir, name);

	assert_true(write_file(path, data, size));
	free(path);
}

static void *take(const char *dir, const char *name, size_t *size)
{
	char *path = xasprintf("%s/%s", dir, name);
	void *data = read_file(path, size);

	assert_non_null(data);
	free(path);
	return data;
}

/* Takes over @dir */
static void drop_dir(char *dir, const char * const *names)
{
	char *path;

	for (; *names; names++) {
		path = xasprintf("%s/%s", dir, *names);
		unlink(path);
		free(path);
	}
	assert_int_equal(rmdir(dir), 0);
	free(dir);
}

static void assert_initrd(const char *kernels, const char *kind, const char *wanted)
{
	const struct tools others = { .kernels = kernels, .initrd = "/initrd" };
	struct cell cell = make_cell(&flat4, "sv39", "");
	char *path;

	strcpy(cell.kernel, ".");
	strcpy(cell.initrd, kind);
	path = qemu_initrd(&cell, &others);
	if (*wanted == '.')
		assert_memory_equal(path, kernels, strlen(kernels));
	assert_string_equal(*wanted == '.' ? path + strlen(kernels) + 1 : path, wanted);
	free(path);
}

/* The kernel's own, if it has one; one that the cell asks for in any case */
static void test_initrd(void **state)
{
	static const char * const names[] = {
		"initramfs.cpio.gz", "initramfs-kunit.cpio.gz", NULL
	};
	char *kernels = make_temporary_dir();

	assert_initrd(kernels, "", "/initrd");
	assert_initrd(kernels, "kunit", "./initramfs-kunit.cpio.gz");
	put(kernels, "initramfs-kunit.cpio.gz", "x", 1);
	assert_initrd(kernels, "", "/initrd");
	put(kernels, "initramfs.cpio.gz", "x", 1);
	assert_initrd(kernels, "", "./initramfs.cpio.gz");
	drop_dir(kernels, names);
}

static void add_memory(void *fdt)
{
	fdt64_t reg[2] = { cpu_to_fdt64(RAM), cpu_to_fdt64(90 * GIB) };

	assert_int_equal(fdt_begin_node(fdt, "memory@80000000"), 0);
	assert_int_equal(fdt_property_string(fdt, "device_type", "memory"), 0);
	assert_int_equal(fdt_property(fdt, "reg", reg, sizeof(reg)), 0);
	assert_int_equal(fdt_end_node(fdt), 0);
}

/* Of a hart; the next is its interrupt controller's */
#define HANDLE(id)		(100 + 2 * (id))

static void add_hart(void *fdt, unsigned int id)
{
	char name[32];

	snprintf(name, sizeof(name), "cpu@%u", id);
	assert_int_equal(fdt_begin_node(fdt, name), 0);
	assert_int_equal(fdt_property_u32(fdt, "reg", id), 0);
	assert_int_equal(fdt_property_string(fdt, "status", "okay"), 0);
	assert_int_equal(fdt_property_u32(fdt, "phandle", HANDLE(id)), 0);
	assert_int_equal(fdt_property_string(fdt, "mmu-type", "riscv,sv39"), 0);
	assert_int_equal(fdt_begin_node(fdt, "interrupt-controller"), 0);
	assert_int_equal(fdt_property_string(fdt, "compatible", "riscv,cpu-intc"), 0);
	assert_int_equal(fdt_property_u32(fdt, "phandle", HANDLE(id) + 1), 0);
	assert_int_equal(fdt_end_node(fdt), 0);
	assert_int_equal(fdt_end_node(fdt), 0);
}

/* As QEMU has it: the last hart comes first */
static void add_harts(void *fdt, unsigned int harts)
{
	assert_int_equal(fdt_begin_node(fdt, "cpus"), 0);
	while (harts--)
		add_hart(fdt, harts);
	assert_int_equal(fdt_begin_node(fdt, "cpu-map"), 0);
	assert_int_equal(fdt_property_u32(fdt, "cpu", HANDLE(0)), 0);
	assert_int_equal(fdt_end_node(fdt), 0);
	assert_int_equal(fdt_end_node(fdt), 0);
}

/* A tree as QEMU dumps it, with or without its memory, and with so many harts */
static void make_tree(void *fdt, bool memory, unsigned int harts)
{
	assert_int_equal(fdt_create(fdt, FDT_SIZE), 0);
	assert_int_equal(fdt_finish_reservemap(fdt), 0);
	assert_int_equal(fdt_begin_node(fdt, ""), 0);
	assert_int_equal(fdt_property_u32(fdt, "#address-cells", 2), 0);
	assert_int_equal(fdt_property_u32(fdt, "#size-cells", 2), 0);
	if (memory)
		add_memory(fdt);
	add_harts(fdt, harts);
	assert_int_equal(fdt_begin_node(fdt, "chosen"), 0);
	assert_int_equal(fdt_property_string(fdt, "stdout-path", "/serial"), 0);
	assert_int_equal(fdt_end_node(fdt), 0);
	assert_int_equal(fdt_end_node(fdt), 0);
	assert_int_equal(fdt_finish(fdt), 0);
}

static unsigned int node_id(const void *fdt, const char *path)
{
	const fdt32_t *id;
	int len;

	id = fdt_getprop(fdt, fdt_path_offset(fdt, path), "numa-node-id", &len);
	assert_non_null(id);
	assert_int_equal(len, 4);
	return fdt32_ld(id);
}

static void assert_memory(const void *fdt, uint64_t base, uint64_t size, unsigned int node)
{
	char path[32];
	const fdt64_t *reg;
	int len;

	snprintf(path, sizeof(path), "/memory@%llx", (unsigned long long)base);
	reg = fdt_getprop(fdt, fdt_path_offset(fdt, path), "reg", &len);
	assert_non_null(reg);
	assert_int_equal(len, 16);
	assert_int_equal(fdt64_ld(&reg[0]), base);
	assert_int_equal(fdt64_ld(&reg[1]), size);
	assert_int_equal(node_id(fdt, path), node);
	assert_string_equal(fdt_getprop(fdt, fdt_path_offset(fdt, path), "device_type", NULL),
			    "memory");
}

static void *check_tree(void *fdt, size_t size)
{
	uint32_t handles[2 * MAX_HARTS + 1], handle;
	size_t nr = 0, i;
	int offset;

	assert_int_equal(fdt_check_full(fdt, size), 0);
	/* No handle is there twice */
	for (offset = 0; offset >= 0; offset = fdt_next_node(fdt, offset, NULL)) {
		handle = fdt_get_phandle(fdt, offset);
		for (i = 0; handle && i < nr; i++)
			assert_int_not_equal(handles[i], handle);
		if (handle)
			handles[nr++] = handle;
	}
	return fdt;
}

/* The tree of a machine, from one that QEMU has dumped; to be freed by the caller */
static void *edit(const struct machine *machine)
{
	char fdt[FDT_SIZE];
	char *path;
	void *edited;
	size_t size;

	make_tree(fdt, true, machine->ids[machine->harts - 1] + 1);
	path = make_file(fdt, fdt_totalsize(fdt));
	assert_true(devicetree_edit(machine, path));
	edited = read_file(path, &size);
	drop_file(path);
	return check_tree(edited, size);
}

/* The CPUs are there in order, each with its own number and interrupt controller */
static void assert_cpus(const void *fdt, unsigned int nr)
{
	unsigned int id = 0;
	int offset, cpus = fdt_path_offset(fdt, "/cpus");
	const fdt32_t *reg;
	char name[32];

	assert_true(cpus >= 0);
	fdt_for_each_subnode(offset, fdt, cpus) {
		if (!strcmp(fdt_get_name(fdt, offset, NULL), "cpu-map"))
			continue;
		snprintf(name, sizeof(name), "cpu@%u", id);
		assert_string_equal(fdt_get_name(fdt, offset, NULL), name);
		reg = fdt_getprop(fdt, offset, "reg", NULL);
		assert_int_equal(fdt32_ld(reg), id);
		assert_string_equal(fdt_getprop(fdt, offset, "mmu-type", NULL), "riscv,sv39");
		assert_string_equal(fdt_getprop(fdt, fdt_subnode_offset(fdt, offset,
									"interrupt-controller"),
						"compatible", NULL), "riscv,cpu-intc");
		id++;
	}
	assert_int_equal(id, nr);
}

static const void *cpu_property(const void *fdt, unsigned int id, const char *name)
{
	char path[32];

	snprintf(path, sizeof(path), "/cpus/cpu@%u", id);
	assert_true(fdt_path_offset(fdt, path) >= 0);
	return fdt_getprop(fdt, fdt_path_offset(fdt, path), name, NULL);
}

static bool is_enabled(const void *fdt, unsigned int id)
{
	return !strcmp(cpu_property(fdt, id, "status"), "okay");
}

static unsigned int count_memory(const void *fdt)
{
	unsigned int n = 0;
	int offset;

	fdt_for_each_subnode(offset, fdt, 0)
		if (!strncmp(fdt_get_name(fdt, offset, NULL), "memory@", 7))
			n++;
	return n;
}

static int kaslr_seed_size(const void *fdt)
{
	int size = 0;

	fdt_getprop(fdt, fdt_path_offset(fdt, "/chosen"), "kaslr-seed", &size);
	return size;
}

static void test_edit_dtb(void **state)
{
	void *edited = edit(&sparse4);
	unsigned int i;

	assert_memory(edited, RAM, GIB, 0);
	assert_memory(edited, RAM + 89 * GIB, GIB, 1);
	assert_int_equal(count_memory(edited), 2);
	assert_int_equal(node_id(edited, "/cpus/cpu@0"), 0);
	assert_int_equal(node_id(edited, "/cpus/cpu@1"), 0);
	assert_int_equal(node_id(edited, "/cpus/cpu@2"), 1);
	assert_int_equal(node_id(edited, "/cpus/cpu@3"), 1);
	for (i = 0; i < 4; i++)
		assert_true(is_enabled(edited, i));
	assert_true(fdt_path_offset(edited, "/chosen/opensbi-config") < 0);
	assert_int_equal(kaslr_seed_size(edited), 8);
	free(edited);
}

static void test_node_without_memory(void **state)
{
	struct machine machine = smp4;
	void *edited;

	machine.nodes[1] = (struct node){ 512 * MIB, 0, 2 };
	machine.nodes[0].size = GIB;
	edited = edit(&machine);
	assert_memory(edited, RAM, GIB, 0);
	assert_int_equal(count_memory(edited), 1);
	assert_int_equal(node_id(edited, "/cpus/cpu@1"), 0);
	assert_int_equal(node_id(edited, "/cpus/cpu@2"), 1);
	free(edited);
	machine.nodes[0] = (struct node){ 0, 0, 4 };
	machine.nodes[1] = (struct node){ 0, 2 * GIB, 0 };
	edited = edit(&machine);
	assert_memory(edited, RAM, 2 * GIB, 1);
	assert_int_equal(count_memory(edited), 1);
	assert_int_equal(node_id(edited, "/cpus/cpu@3"), 0);
	free(edited);
}

static void test_disabled_harts(void **state)
{
	static const bool there[] = { false, true, false, true, true, false, false, true };
	struct machine machine = smp4;
	unsigned int i;
	void *edited;

	memcpy(machine.ids, (unsigned int[]){ 1, 3, 4, 7 }, 4 * sizeof(*machine.ids));
	edited = edit(&machine);
	for (i = 0; i < ARRAY_SIZE(there); i++) {
		assert_int_equal(is_enabled(edited, i), there[i]);
		assert_int_equal(!!cpu_property(edited, i, "numa-node-id"), there[i]);
	}
	assert_int_equal(node_id(edited, "/cpus/cpu@3"), 0);
	assert_int_equal(node_id(edited, "/cpus/cpu@4"), 1);
	free(edited);
}

/* One node is no NUMA, with whatever harts */
static void test_one_node(void **state)
{
	struct machine machine = change(4, 2, 7);
	void *edited = edit(&machine);

	assert_null(cpu_property(edited, 0, "numa-node-id"));
	assert_null(fdt_getprop(edited, fdt_path_offset(edited, "/memory@80000000"),
				"numa-node-id", NULL));
	assert_true(is_enabled(edited, 7));
	assert_false(is_enabled(edited, 3));
	free(edited);
}

static unsigned int cold_boot_hart(const void *fdt)
{
	int offset = fdt_path_offset(fdt, "/chosen/opensbi-config");
	const fdt32_t *handle;
	int len;

	assert_string_equal(fdt_getprop(fdt, offset, "compatible", NULL), "opensbi,config");
	handle = fdt_getprop(fdt, offset, "cold-boot-harts", &len);
	assert_int_equal(len, 4);
	return fdt32_ld(handle);
}

static void test_boot_hart(void **state)
{
	struct machine machine = change(4, 2, 3);
	void *edited = edit(&machine);

	assert_int_equal(cold_boot_hart(edited), HANDLE(2));
	free(edited);
	machine = change(10, 0, 7);
	edited = edit(&machine);
	assert_int_equal(cold_boot_hart(edited), HANDLE(0));
	assert_int_equal(fdt_get_phandle(edited, fdt_path_offset(edited, "/cpus/cpu@0")),
			 HANDLE(0));
	free(edited);
}

/* CPU numbers follow the order in the tree; what was added has no handle */
static void test_added_cpus(void **state)
{
	struct machine machine = smp4;
	unsigned int i;
	void *edited;
	char path[64];

	machine.possible = 64;
	edited = edit(&machine);
	assert_cpus(edited, 64);
	for (i = 0; i < 64; i++) {
		snprintf(path, sizeof(path), "/cpus/cpu@%u", i);
		assert_true(is_enabled(edited, i));
		assert_int_equal(node_id(edited, path), i < 4 ? i / 2 : i % 2);
		assert_int_equal(fdt_get_phandle(edited, fdt_path_offset(edited, path)),
				 i < 4 ? HANDLE(i) : 0);
	}
	free(edited);
}

static void test_added_cpus_after_ids(void **state)
{
	struct machine machine = change(6, -1, 7);
	unsigned int i;
	void *edited = edit(&machine);

	assert_cpus(edited, 10);
	for (i = 0; i < 10; i++)
		assert_int_equal(is_enabled(edited, i), i < 3 || i > 6);
	assert_null(cpu_property(edited, 9, "numa-node-id"));
	free(edited);
}

/* The firmware's tree has only the harts that are there */
static void test_firmware_of_many_cpus(void **state)
{
	struct machine machine = smp4;
	void *edited;

	machine.possible = 512;
	machine.boot = 1;
	edited = edit(&machine);
	assert_int_equal(cold_boot_hart(edited), HANDLE(1));
	assert_true(fdt_path_offset(edited, "/cpus/cpu@3") >= 0);
	assert_int_equal(fdt_path_offset(edited, "/cpus/cpu@4"), -FDT_ERR_NOTFOUND);
	assert_int_equal(fdt_path_offset(edited, "/reserved-memory"), -FDT_ERR_NOTFOUND);
	assert_memory(edited, RAM, 512 * MIB, 0);
	free(edited);
}

/* --- the stub --- */

static const char * const stub_files[] = {
	"machine.dtb", "kernel.dtb", "stub", "initrd", NULL
};

/* A directory with what devicetree_write_stub() makes for a cell of 512 possible CPUs */
static char *write_stub(struct cell *cell, enum connection connection)
{
	char *dir = make_temporary_dir();
	char *dtb = xasprintf("%s/machine.dtb", dir);
	char *initrd = xasprintf("%s/initrd", dir);
	const struct tools others = { .qemu = "qemu", .bios = "/fw.bin", .kernels = "/kernels",
				      .initrd = initrd };
	char fdt[FDT_SIZE];

	make_tree(fdt, true, cell->machine->harts);
	put(dir, "machine.dtb", fdt, fdt_totalsize(fdt));
	put(dir, "initrd", "0123456789", 10);
	assert_true(devicetree_edit(cell->machine, dtb));
	assert_true(devicetree_write_stub(cell, &others, connection, dir));
	free(initrd);
	free(dtb);
	return dir;
}

/* The sign-extended field of @bits bits from @shift on */
static int64_t field(uint32_t word, int shift, int bits)
{
	return ((int64_t)word << (64 - shift - bits)) >> (64 - bits);
}

/* What the stub does, one instruction after the other, at the start of RAM + 2M: the
 * registers afterwards, and in x[0] where it goes on
 */
static void run_stub(const uint8_t *stub, size_t size, uint64_t *x)
{
	const uint64_t start = RAM + 2 * MIB;
	uint64_t pc = start, address;
	uint32_t word;
	int rd, rs1;

	while (true) {
		assert_true(pc - start + 4 <= size);
		memcpy(&word, stub + (pc - start), 4);
		rd = word >> 7 & 31;
		rs1 = word >> 15 & 31;
		switch (word & 0x7f) {
		case 0x17:	/* auipc */
			x[rd] = pc + (field(word, 12, 20) << 12);
			break;
		case 0x03:	/* ld */
			assert_int_equal(word >> 12 & 7, 3);
			address = x[rs1] + field(word, 20, 12);
			assert_true(address >= start && address - start + 8 <= size);
			assert_int_equal(address % 8, 0);
			memcpy(&x[rd], stub + (address - start), 8);
			break;
		case 0x67:	/* jalr */
			assert_int_equal(word >> 12 & 7, 0);
			assert_int_equal(rd, 0);
			x[0] = x[rs1] + field(word, 20, 12);
			return;
		default:
			fail_msg("no such instruction: %08x", word);
		}
		pc += 4;
	}
}

static void test_stub(void **state)
{
	struct machine machine = change(512, -1, 3);
	struct cell cell = make_cell(&machine, "sv39", "");
	char *dir = write_stub(&cell, CONNECT_CELL);
	uint64_t x[32] = { [10] = 3, [11] = 0xbad };
	size_t size;
	void *stub = take(dir, "stub", &size);

	run_stub(stub, size, x);
	assert_int_equal(x[0], 0x80400000);	/* the Image */
	assert_int_equal(x[10], 3);		/* a0, the hart */
	assert_int_equal(x[11], 0x82800000);	/* a1, kernel.dtb */
	free(stub);
	drop_dir(dir, stub_files);
}

static void assert_u64(const void *fdt, const char *path, const char *name, uint64_t value)
{
	const fdt64_t *data;
	int len;

	data = fdt_getprop(fdt, fdt_path_offset(fdt, path), name, &len);
	assert_non_null(data);
	assert_int_equal(len, 8);
	assert_int_equal(fdt64_ld(data), value);
}

static void test_tree_of_the_kernel(void **state)
{
	struct machine machine = change(512, 2, 3);
	struct cell cell = make_cell(&machine, "sv39", "page");
	const fdt64_t *reg;
	size_t size;
	void *fdt;
	char *dir;
	int resv;

	cell.maxcpus = 4;
	dir = write_stub(&cell, CONNECT_SHELL);
	fdt = take(dir, "kernel.dtb", &size);
	check_tree(fdt, size);
	assert_cpus(fdt, 512);
	assert_string_equal(fdt_getprop(fdt, fdt_path_offset(fdt, "/chosen"), "bootargs", NULL),
			    "console=ttyS0 earlycon percpu_alloc=page percpu.cell=6.1.numa.page.sv39.flat4 maxcpus=4 percpu.shell quiet");
	assert_string_equal(fdt_getprop(fdt, fdt_path_offset(fdt, "/chosen"), "stdout-path", NULL),
			    "/serial");
	assert_u64(fdt, "/chosen", "linux,initrd-start", 0x82a00000);
	assert_u64(fdt, "/chosen", "linux,initrd-end", 0x82a0000a);
	/* The firmware's own memory */
	resv = fdt_path_offset(fdt, "/reserved-memory/firmware@80000000");
	assert_true(resv >= 0);
	assert_non_null(fdt_getprop(fdt, resv, "no-map", NULL));
	reg = fdt_getprop(fdt, resv, "reg", NULL);
	assert_int_equal(fdt64_ld(&reg[0]), RAM);
	assert_int_equal(fdt64_ld(&reg[1]), 2 * MIB);
	resv = fdt_path_offset(fdt, "/reserved-memory");
	assert_int_equal(fdt_address_cells(fdt, resv), 2);
	assert_int_equal(fdt_size_cells(fdt, resv), 2);
	assert_non_null(fdt_getprop(fdt, resv, "ranges", NULL));
	free(fdt);
	drop_dir(dir, stub_files);
}

static void refuse_stub(const char *missing, const char *what)
{
	struct machine machine = change(512, -1, 3);
	struct cell cell = make_cell(&machine, "sv39", "");
	char *dir = write_stub(&cell, CONNECT_CELL);
	char *initrd = xasprintf("%s/initrd", dir);
	const struct tools others = { .kernels = "/kernels", .initrd = initrd };
	char *path = xasprintf("%s/%s", dir, missing);
	const char *message;
	bool ok;

	unlink(path);
	if (*what != 'c')
		put(dir, missing, "x", 1);
	stderr_begin();
	ok = devicetree_write_stub(&cell, &others, CONNECT_CELL, dir);
	message = stderr_end();
	assert_false(ok);
	assert_contains(message, what);
	assert_int_equal(count_lines(message), 1);
	free(path);
	free(initrd);
	drop_dir(dir, stub_files);
}

static void test_stub_that_cannot_be_made(void **state)
{
	refuse_stub("initrd", "cannot read ");
	refuse_stub("machine.dtb", "cannot read ");
	refuse_stub("machine.dtb", "kernel.dtb: cannot edit the device tree that QEMU dumped");
}

/* Refused with one line, and left as it was */
static void refuse_dtb(const void *data, size_t size, const char *what)
{
	char *path = make_file(data, size);
	size_t size_after;
	const char *message;
	char *after;
	bool ok;

	stderr_begin();
	ok = devicetree_edit(&sparse4, path);
	message = stderr_end();
	assert_false(ok);
	assert_contains(message, path);
	assert_contains(message, what);
	assert_int_equal(count_lines(message), 1);
	after = read_file(path, &size_after);
	assert_int_equal(size, size_after);
	assert_memory_equal(data, after, size);
	free(after);
	drop_file(path);
}

static void test_dtb_without_memory_or_hart(void **state)
{
	char fdt[FDT_SIZE];

	make_tree(fdt, false, 4);
	refuse_dtb(fdt, fdt_totalsize(fdt), fdt_strerror(-FDT_ERR_NOTFOUND));
	make_tree(fdt, true, 3);
	refuse_dtb(fdt, fdt_totalsize(fdt), fdt_strerror(-FDT_ERR_NOTFOUND));
}

static void test_truncated_dtb(void **state)
{
	char fdt[FDT_SIZE];

	make_tree(fdt, true, 4);
	refuse_dtb(fdt, fdt_totalsize(fdt) - 1, fdt_strerror(-FDT_ERR_TRUNCATED));
	refuse_dtb(fdt, sizeof(struct fdt_header), fdt_strerror(-FDT_ERR_TRUNCATED));
	refuse_dtb(fdt, 3, fdt_strerror(-FDT_ERR_TRUNCATED));
	refuse_dtb(fdt, 0, fdt_strerror(-FDT_ERR_TRUNCATED));
}

static void test_no_dtb(void **state)
{
	const char *message;
	char text[256];
	bool ok;

	memset(text, 'x', sizeof(text));
	refuse_dtb(text, sizeof(text), fdt_strerror(-FDT_ERR_BADMAGIC));
	stderr_begin();
	ok = devicetree_edit(&sparse4, "/missing.dtb");
	message = stderr_end();
	assert_false(ok);
	assert_contains(message, "/missing.dtb");
}

int main(void)
{
	const struct CMUnitTest machine[] = {
		cmocka_unit_test(test_args_of_flat4),
		cmocka_unit_test(test_args_of_sparse4),
		cmocka_unit_test(test_paging_modes),
		cmocka_unit_test(test_args_of_a_shell),
		cmocka_unit_test(test_args_of_a_guest),
		cmocka_unit_test(test_args_that_dump),
		cmocka_unit_test(test_what_a_machine_needs),
		cmocka_unit_test(test_args_with_ids),
		cmocka_unit_test(test_ram),
		cmocka_unit_test(test_args_with_a_stub),
		cmocka_unit_test(test_initrd),
		cmocka_unit_test(test_edit_dtb),
		cmocka_unit_test(test_node_without_memory),
		cmocka_unit_test(test_disabled_harts),
		cmocka_unit_test(test_one_node),
		cmocka_unit_test(test_boot_hart),
		cmocka_unit_test(test_added_cpus),
		cmocka_unit_test(test_added_cpus_after_ids),
		cmocka_unit_test(test_firmware_of_many_cpus),
		cmocka_unit_test(test_stub),
		cmocka_unit_test(test_tree_of_the_kernel),
		cmocka_unit_test(test_stub_that_cannot_be_made),
		cmocka_unit_test(test_dtb_without_memory_or_hart),
		cmocka_unit_test(test_truncated_dtb),
		cmocka_unit_test(test_no_dtb),
	};

	return cmocka_run_group_tests(machine, NULL, NULL);
}
