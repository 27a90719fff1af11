// SPDX-License-Identifier: GPL-2.0-only
/* QEMU's arguments, and the gaps that are made in a device tree. */
#include <libfdt.h>

#include "machine.h"
#include "test.h"

#define MIB		(1ULL << 20)
#define GIB		(1ULL << 30)
#define RAM		0x80000000ULL
#define FDT_SIZE	4096

static const struct machine smp4 = {
	.name = "smp4",
	.harts = 4,
	.nr_nodes = 2,
	.nodes = { { 0, 512 * MIB }, { 512 * MIB, 512 * MIB } },
};

static const struct machine sparse4 = {
	.name = "sparse4",
	.harts = 4,
	.nr_nodes = 2,
	.nodes = { { 0, GIB }, { 89 * GIB, GIB } },
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
		       enum connection connection, const char *dtb)
{
	struct cell cell = make_cell(machine, paging, alloc);
	struct strv args = machine_args(&cell, &tools, connection, dtb);

	return join(&args);
}

static void test_args_of_smp4(void **state)
{
	char *text = boot_args(&smp4, "sv39", "page", CONNECT_CELL, NULL);

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
			    "-append\nconsole=ttyS0 earlycon percpu_alloc=page percpu.cell=6.1.numa.page.sv39.smp4\n"
			    "-chardev\nstdio,id=console,signal=off\n"
			    "-serial\nchardev:console\n"
			    "-chardev\nfile,id=result,path=/dev/fd/3\n"
			    "-device\nvirtio-serial-device\n"
			    "-device\nvirtserialport,chardev=result,name=percpu.result\n");
	free(text);
}

static void test_args_of_sparse4(void **state)
{
	char *text = boot_args(&sparse4, "sv39", "", CONNECT_CELL, "/machine.dtb");

	assert_contains(text, "\n-m\n92160M\n");
	assert_contains(text, "\nmemory-backend-ram,id=ram,size=92160M,reserve=off\n");
	assert_contains(text, "\n-dtb\n/machine.dtb\n");
	assert_contains(text, " earlycon percpu.cell=6.1.numa.auto.sv39.sparse4\n");
	assert_null(strstr(text, "percpu_alloc"));
	free(text);
}

static void assert_cpu(const struct machine *machine, const char *paging, const char *cpu)
{
	char *text = boot_args(machine, paging, "", CONNECT_CELL, NULL);

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
	char *text = boot_args(&smp4, "sv39", "", CONNECT_SHELL, NULL);

	assert_contains(text, " percpu.shell quiet\n-serial\nmon:stdio\n");
	assert_null(strstr(text, "/dev/fd/3"));
	free(text);
}

/* The dumped tree must be that of the very machine that is booted */
static void test_args_that_dump(void **state)
{
	struct cell cell = make_cell(&sparse4, "sv48", "");
	struct strv args = machine_dumpdtb_args(&cell, &tools, "/machine.dtb");
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

static void test_nodes(void **state)
{
	const struct machine flat = { .harts = 4, .nr_nodes = 1, .nodes = { { 0, GIB } } };

	assert_false(machine_has_nodes(&flat));
	assert_true(machine_has_nodes(&smp4));
	assert_true(machine_has_nodes(&sparse4));
}

static void add_memory(void *fdt)
{
	fdt64_t reg[2] = { cpu_to_fdt64(RAM), cpu_to_fdt64(90 * GIB) };

	assert_int_equal(fdt_begin_node(fdt, "memory@80000000"), 0);
	assert_int_equal(fdt_property_string(fdt, "device_type", "memory"), 0);
	assert_int_equal(fdt_property(fdt, "reg", reg, sizeof(reg)), 0);
	assert_int_equal(fdt_end_node(fdt), 0);
}

static void add_harts(void *fdt, unsigned int harts)
{
	char name[32];
	unsigned int i;

	assert_int_equal(fdt_begin_node(fdt, "cpus"), 0);
	for (i = 0; i < harts; i++) {
		snprintf(name, sizeof(name), "cpu@%x", i);
		assert_int_equal(fdt_begin_node(fdt, name), 0);
		assert_int_equal(fdt_end_node(fdt), 0);
	}
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

static void test_edit_dtb(void **state)
{
	char fdt[FDT_SIZE];
	char *path, *edited;
	size_t size;

	make_tree(fdt, true, 4);
	path = make_file(fdt, fdt_totalsize(fdt));
	assert_true(machine_edit_dtb(&sparse4, path));
	edited = read_file(path, &size);
	assert_int_equal(fdt_check_full(edited, size), 0);
	assert_memory(edited, RAM, GIB, 0);
	assert_memory(edited, RAM + 89 * GIB, GIB, 1);
	assert_int_equal(node_id(edited, "/cpus/cpu@0"), 0);
	assert_int_equal(node_id(edited, "/cpus/cpu@1"), 0);
	assert_int_equal(node_id(edited, "/cpus/cpu@2"), 1);
	assert_int_equal(node_id(edited, "/cpus/cpu@3"), 1);
	free(edited);
	drop_file(path);
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
	ok = machine_edit_dtb(&sparse4, path);
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
	ok = machine_edit_dtb(&sparse4, "/missing.dtb");
	message = stderr_end();
	assert_false(ok);
	assert_contains(message, "/missing.dtb");
}

int main(void)
{
	const struct CMUnitTest machine[] = {
		cmocka_unit_test(test_args_of_smp4),
		cmocka_unit_test(test_args_of_sparse4),
		cmocka_unit_test(test_paging_modes),
		cmocka_unit_test(test_args_of_a_shell),
		cmocka_unit_test(test_args_that_dump),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_edit_dtb),
		cmocka_unit_test(test_dtb_without_memory_or_hart),
		cmocka_unit_test(test_truncated_dtb),
		cmocka_unit_test(test_no_dtb),
	};

	return cmocka_run_group_tests(machine, NULL, NULL);
}
