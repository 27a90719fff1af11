// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads KEXEC_IMAGE with kexec_load(2) and starts it, with INITRAMFS and the device tree that
 * this kernel was started with, edited. RISC-V needs no code in between: machine_kexec()
 * gives the new kernel the segment that is a device tree. kexec-tools does the same from 2.0.32 on,
 * which Debian 13 does not have for riscv64, but reserves no memory.
 *
 * The segments are loaded from the address of the running kernel on:
 *
 *	Image, with its bss | initramfs | device tree
 */
#include <errno.h>
#include <fcntl.h>
#include <libfdt.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kexec.h"
#include "percpu_test.h"
#include "proc_files.h"

#define KEXEC_IMAGE	"/kexec/Image"
#define NEXT_IMAGE	"/kexec/next"	/* instead, if it is there */
#define CRASH_KERNEL	"/kexec/vmlinux"
#define INITRAMFS	"/tmp/initramfs.cpio"
#define FDT		"/sys/firmware/fdt"
#define RESERVE		"/kexec/reserve"
#define FDT_SIZE	0x100000	/* more than OpenSBI takes */
#define ALIGNMENT	0x200000ULL	/* of an Image, and more than the others need */

enum {
	IMAGE,
	INITRD,
	DEVICE_TREE,
	NR_SEGMENTS,
};

/* Documentation/riscv/boot-image-header.rst of a kernel tree */
struct image_header {
	uint32_t code[2];
	uint64_t text_offset;
	uint64_t image_size;
	uint64_t flags;
	uint32_t version;
	uint32_t reserved[3];
	uint64_t magic;
	char magic2[4];
};

static struct kexec_segment segments[NR_SEGMENTS];
static char reason[192];

static const char *fail(const char *what, const char *why)
{
	snprintf(reason, sizeof(reason), "kexec: %s: %s", what, why);
	return reason;
}

static const char *map_file(const char *path, struct kexec_segment *segment)
{
	struct stat status;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status))
		return fail(path, strerror(errno));
	segment->buf = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (segment->buf == MAP_FAILED)
		return fail(path, strerror(errno));
	segment->bufsz = status.st_size;
	segment->memsz = status.st_size;
	return NULL;
}

static const char *load_image(void)
{
	const char *path = access(NEXT_IMAGE, R_OK) ? KEXEC_IMAGE : NEXT_IMAGE;
	const char *why = map_file(path, &segments[IMAGE]);
	const struct image_header *header = segments[IMAGE].buf;

	if (why)
		return why;
	if (segments[IMAGE].bufsz < sizeof(*header) || memcmp(header->magic2, "RSC\x05", 4) ||
	    header->image_size < segments[IMAGE].bufsz)
		return fail(path, "not an Image of RISC-V");
	segments[IMAGE].memsz = header->image_size;
	return NULL;
}

/* Memory that the next kernel must not use: an address and a size in each line */
static int reserve(void *fdt)
{
	unsigned long long address, size;
	FILE *file = fopen(RESERVE, "r");
	int err = 0;

	if (!file)
		return 0;
	while (!err && fscanf(file, "%llx %llx", &address, &size) == 2)
		err = fdt_add_mem_rsv(fdt, address, size);
	fclose(file);
	return err;
}

/* Seeds are for one boot only, and the addresses of a crash kernel for this one. */
static int edit_fdt(void *fdt, const char *bootargs)
{
	static const char *const stale[] = {
		"kaslr-seed", "rng-seed", "linux,elfcorehdr", "linux,usable-memory-range",
	};
	uint64_t start = (uintptr_t)segments[INITRD].mem;
	int chosen = fdt_path_offset(fdt, "/chosen"), err;
	size_t i;

	for (i = 0; i < sizeof(stale) / sizeof(*stale); i++)
		fdt_delprop(fdt, chosen, stale[i]);
	err = fdt_setprop_string(fdt, chosen, "bootargs", bootargs);
	if (!err)
		err = fdt_setprop_u64(fdt, chosen, "linux,initrd-start", start);
	if (!err)
		err = fdt_setprop_u64(fdt, chosen, "linux,initrd-end",
				      start + segments[INITRD].bufsz);
	if (!err)
		err = reserve(fdt);
	return err ? err : fdt_pack(fdt);
}

static const char *load_fdt(const char *bootargs)
{
	static char data[FDT_SIZE], fdt[FDT_SIZE];
	FILE *file = fopen(FDT, "r");
	int err;

	if (!file)
		return fail(FDT, strerror(errno));
	if (fread(data, 1, sizeof(data), file) < sizeof(struct fdt_header))
		return fail(FDT, "too short");
	fclose(file);
	err = fdt_open_into(data, fdt, sizeof(fdt));
	if (!err)
		err = edit_fdt(fdt, bootargs);
	if (err)
		return fail(FDT, fdt_strerror(err));
	segments[DEVICE_TREE].buf = fdt;
	segments[DEVICE_TREE].bufsz = fdt_totalsize(fdt);
	segments[DEVICE_TREE].memsz = fdt_totalsize(fdt);
	return NULL;
}

/*
 * The memory from the kernel on. What /proc/iomem names begins at _text, which the first
 * page of an Image may come before.
 */
static const char *find_room(uint64_t *start, uint64_t *end)
{
	struct phys_range image, ram;
	int err = iomem_find("Kernel image", NULL, &image);

	if (!err)
		err = iomem_find("System RAM", &image, &ram);
	if (err)
		return fail("/proc/iomem: Kernel image", strerror(-err));
	*start = image.start & ~(ALIGNMENT - 1);
	*end = ram.last + 1;
	return NULL;
}

static uint64_t align(uint64_t address)
{
	return (address + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

static uint64_t place(struct kexec_segment *segment, uint64_t address)
{
	uint64_t page = sysconf(_SC_PAGESIZE);

	segment->mem = (void *)address;
	segment->memsz = (segment->memsz + page - 1) & ~(page - 1);
	return align(address + segment->memsz);
}

static const char *load_segments(const char *bootargs)
{
	uint64_t next, end;
	const char *why = load_image();

	if (!why)
		why = map_file(INITRAMFS, &segments[INITRD]);
	if (!why)
		why = find_room(&next, &end);
	if (why)
		return why;
	next = place(&segments[IMAGE], next);
	next = place(&segments[INITRD], next);
	why = load_fdt(bootargs);
	if (why)
		return why;
	if (place(&segments[DEVICE_TREE], next) > end)
		return fail("memory behind the kernel", strerror(ENOMEM));
	return NULL;
}

/* Starts the kernel with kexec. Returns why that failed, or does not return. */
const char *kexec_start(const char *bootargs)
{
	const char *why = load_segments(bootargs);

	if (why)
		return why;
	if (syscall(SYS_kexec_load, segments[IMAGE].mem, NR_SEGMENTS, segments, 0))
		return fail("kexec_load", strerror(errno));
	sync();
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC,
		NULL);
	return fail("reboot", strerror(errno));
}

/*
 * Panics on a CPU, with a crash kernel for which this kernel itself prepares all but the
 * initramfs. Before 6.16 it takes no Image for that. Returns why that failed, or does not return.
 */
const char *kexec_crash(const char *bootargs, int cpu)
{
	int kernel = open(CRASH_KERNEL, O_RDONLY | O_CLOEXEC);
	int initrd = open(INITRAMFS, O_RDONLY | O_CLOEXEC);
	int err;

	if (kernel < 0 || initrd < 0)
		return fail(kernel < 0 ? CRASH_KERNEL : INITRAMFS, strerror(errno));
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(bootargs) + 1, bootargs,
		    KEXEC_FILE_ON_CRASH))
		return fail("kexec_file_load", strerror(errno));
	err = run_on_cpu(cpu);
	if (!err)
		err = write_value("/proc/sysrq-trigger", "c");
	return fail("panic", strerror(-err));
}
