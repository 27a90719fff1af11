// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "devicetree.h"
#include "plugin.h"
#include "qemu.h"

#define MIB		(1ULL << 20)

/* The host of a guest of KVM: it has what the guest has, QEMU and the archives beside
 * it, and fewer harts than most guests, so that steal time accrues
 */
#define KVM_HARTS	2
#define KVM_MEGABYTES	512

/* Of a crash kernel: its Image and twice its initramfs, packed and unpacked */
#define CRASH_MEMORY	"192M"

/* Forgotten when QEMU ends, and large enough for an image of the smallest machine */
#define DISK		"driver=raw,file.driver=null-co,file.read-zeroes=on,file.size=1G"

/* -cpu rv64 has sv57; 7.2 cannot switch a mode off and its numbers mislead */
#define QEMU_MAJOR	8
#define QEMU_MINOR	1

/* The first line of --version, owned by the caller; empty if there is none */
static char *read_version(const char *qemu)
{
	char *quoted __free(free) = quote(qemu);
	char *command __free(free) = xasprintf("%s --version 2>/dev/null", quoted);
	FILE *pipe = popen(command, "re");
	char line[256] = "";

	if (pipe) {
		if (!fgets(line, sizeof(line), pipe))
			line[0] = '\0';
		pclose(pipe);
	}
	return xasprintf("%s", line);
}

/* Can this QEMU choose the paging mode? @version gets its version. */
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

/* As many as the largest hart id needs: QEMU's have the ids from 0 on */
unsigned int qemu_harts(const struct machine *machine)
{
	return machine_last_id(machine) + 1;
}

/* The initramfs of a cell's kernel if there is one, else that of all kernels */
char *qemu_initrd(const struct cell *cell, const struct tools *tools)
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

char *qemu_cmdline(const struct cell *cell, const struct tools *tools,
		   enum connection connection)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fprintf(file, "console=ttyS0 earlycon");
	if (*cell->alloc)
		fprintf(file, " percpu_alloc=%s", cell->alloc);
	fprintf(file, " percpu.cell=%s", cell->name);
	cell_print_arguments(file, cell);
	if (*cell->crash && !*cell->crashkernel)
		fprintf(file, " crashkernel=" CRASH_MEMORY);
	/* A shell is in the host */
	if (cell->kvm && connection != CONNECT_SHELL)
		fprintf(file, " percpu.kvm=%u,%llu", cell->machine->harts,
			ram_megabytes(cell->machine));
	if (connection == CONNECT_SHELL)
		fprintf(file, " percpu.shell quiet");
	if (tools->append)
		fprintf(file, " %s", tools->append);
	fclose(file);
	return text;
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
static unsigned int harts_of_host(const struct cell *cell)
{
	return cell->kvm ? KVM_HARTS : qemu_harts(cell->machine);
}

static unsigned long long megabytes_of_host(const struct cell *cell)
{
	return ram_megabytes(cell->machine) + (cell->kvm ? KVM_MEGABYTES : 0);
}

/*
 * What is counted must depend neither on the host's time nor on chance, and a boot that the plugin
 * slows must not look stalled to the guest. An ioeventfd wakes another thread of QEMU, which comes
 * when it may.
 */
static void add_determinism(struct strv *args)
{
	add(args, "-global", xasprintf("virtio-mmio.ioeventfd=off"));
	add(args, "-icount", xasprintf("shift=0,sleep=off"));
	add(args, "-rtc", xasprintf("base=2024-01-01,clock=vm"));
	add(args, "-seed", xasprintf("1"));
}

/* That of a guest under KVM is made in its host, see guest/kvm.sh. */
static bool has_disk(const struct cell *cell)
{
	return cell->disk && !cell->kvm;
}

static struct strv common_args(const struct cell *cell, const struct tools *tools,
			       const char *dumpdtb)
{
	struct strv args = { 0 };

	add(&args, tools->qemu, NULL);
	add(&args, "-M", xasprintf("virt,memory-backend=ram%s%s", dumpdtb ? ",dumpdtb=" : "",
				   dumpdtb ? dumpdtb : ""));
	add(&args, "-m", xasprintf("%lluM", megabytes_of_host(cell)));
	add(&args, "-object", xasprintf("memory-backend-ram,id=ram,size=%lluM,reserve=off",
					megabytes_of_host(cell)));
	add(&args, "-cpu", xasprintf("%s%s", cpu_model(cell), cell->kvm ? ",h=true" : ""));
	add(&args, "-smp", xasprintf("%u", harts_of_host(cell)));
	add(&args, "-display", xasprintf("none"));
	if (!has_disk(cell))
		add(&args, "-no-reboot", NULL);
	add(&args, "-bios", xasprintf("%s", tools->bios));
	if (cell_has_plugin(cell))
		add_determinism(&args);
	return args;
}

/* The command that dumps the device tree of a cell into a file */
struct strv qemu_dumpdtb_args(const struct cell *cell, const struct tools *tools,
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
	char *initrd = qemu_initrd(cell, tools);

	if (devicetree_needed(cell->machine))
		add(args, "-dtb", xasprintf("%s/machine.dtb", dir));
	if (devicetree_needs_stub(cell->machine)) {
		add(args, "-kernel", xasprintf("%s/stub", dir));
		add_loaded(args, STUB_IMAGE, image);
		add_loaded(args, STUB_DTB, xasprintf("%s/kernel.dtb", dir));
		add_loaded(args, STUB_INITRD, initrd);
		return;
	}
	add(args, "-kernel", image);
	add(args, "-initrd", initrd);
	add(args, "-append", qemu_cmdline(cell, tools, connection));
}

/* The plugin of tools/tlb, whose reports go into the directory of the cell */
static void add_plugin(struct strv *args, const struct cell *cell, const struct tools *tools,
		       const char *dir)
{
	char *symbols __free(free) = xasprintf("%s/%s/System.map", tools->kernels, cell->kernel);
	char *plugin __free(free) = xasprintf("%s/tlb.so,symbols=%s", tools->tlb, symbols);
	const char *size = "";

	/* The order of stores is the order of callbacks in one thread alone */
	add(args, "-accel", xasprintf("tcg,thread=single"));
	if (cell->sanitize)
		add(args, "-plugin", xasprintf("%s,json=%s/" TRANSLATIONS ",out=%s/tlb.txt", plugin,
					       dir, dir));
	/* What another mapping of the first chunk would cost */
	if (!strcmp(cell->chunk, "page"))
		size = ",assume=first_chunk:64K,assume=first_chunk:2M";
	if (cell->bench)
		add(args, "-plugin", xasprintf("%s,models=%s/models,cost=%s/" COSTS "%s", plugin,
					       tools->tlb, dir, size));
}

/* Words between blanks, as the user gave them */
static void add_words(struct strv *args, const char *words)
{
	size_t len;

	for (; words && *words; words += len) {
		words += strspn(words, " \t");
		len = strcspn(words, " \t");
		if (len)
			strv_add(args, xasprintf("%.*s", (int)len, words));
	}
}

/* The command that boots a cell: the arguments, owned by the caller */
struct strv qemu_args(const struct cell *cell, const struct tools *tools,
		      enum connection connection, const char *dir)
{
	struct strv args = common_args(cell, tools, NULL);

	add_payload(&args, cell, tools, connection, dir);
	if (connection == CONNECT_SHELL || connection == CONNECT_GDB)
		add(&args, "-serial", xasprintf("mon:stdio"));
	if (connection == CONNECT_GDB) {
		add(&args, "-S", NULL);
		add(&args, "-gdb", xasprintf("tcp:localhost:%u", GDB_PORT));
	}
	if (connection == CONNECT_CELL) {
		add(&args, "-chardev", xasprintf("stdio,id=console,signal=off"));
		add(&args, "-serial", xasprintf("chardev:console"));
	}
	if (connection == CONNECT_CELL || connection == CONNECT_GDB) {
		add(&args, "-chardev", xasprintf("file,id=result,path=/dev/fd/3"));
		add(&args, "-device", xasprintf("virtio-serial-device"));
		add(&args, "-device",
		    xasprintf("virtserialport,chardev=result,name=percpu.result"));
	}
	if (has_disk(cell)) {
		add(&args, "-drive", xasprintf("if=none,id=disk,snapshot=on," DISK));
		add(&args, "-device", xasprintf("virtio-blk-device,drive=disk"));
	}
	if (connection == CONNECT_CELL && cell_has_plugin(cell))
		add_plugin(&args, cell, tools, dir);
	add_words(&args, tools->qemu_args);
	return args;
}
