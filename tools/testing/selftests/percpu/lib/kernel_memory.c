// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page tables and variables of the kernel are read through the linear map, of which
 * /proc/kcore names the physical address. Only some versions show the kernel's image
 * (ARCH_PROC_KCORE_TEXT); /proc/iomem says where it is.
 */
#include <fcntl.h>
#include <linux/elf.h>
#include <stdint.h>
#include <string.h>

#include "kernel_memory.h"
#include "kselftest.h"
#include "proc_files.h"

#define MAX_SEGMENTS	64
#define NO_PHYS		((unsigned long long)-1)

/* Documentation/arch/riscv and the privileged specification, Sv39 to Sv57 */
#define PAGE_SIZE	4096UL	/* RISC-V has no other */
#define TABLE_BITS	9
#define PTE_VALID	0x1UL
#define PTE_LEAF	0xeUL
#define PTE_PFN(entry)	((entry) >> 10 & ((1UL << 44) - 1))

static int kcore = -1;
static struct elf64_phdr segments[MAX_SEGMENTS];
static int nr_segments;
static struct phys_range code;
static int levels;	/* of the page table */

/* What kernel_memory_open() found */
struct kernel_symbols kernel_symbols;

static const struct {
	const char *name;
	unsigned long *address;
} wanted[] = {
	{ "_text", &kernel_symbols.text },
	{ "swapper_pg_dir", &kernel_symbols.page_table },
	{ "__per_cpu_start", &kernel_symbols.percpu_start },
	{ "__per_cpu_offset", &kernel_symbols.percpu_offset },
	{ "crash_notes", &kernel_symbols.crash_notes },
	{ "kasan_early_shadow_page", &kernel_symbols.kasan_shadow },
	{ "steal_time", &kernel_symbols.steal_time },
};

static int pread_all(int fd, void *data, size_t size, off_t offset)
{
	ssize_t n = pread(fd, data, size, offset);

	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EIO;
}

static int read_segments(void)
{
	struct elf64_hdr header;
	int err;

	err = pread_all(kcore, &header, sizeof(header), 0);
	if (err)
		return err;
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) || header.e_phnum > MAX_SEGMENTS)
		return -ENOEXEC;
	nr_segments = header.e_phnum;
	return pread_all(kcore, segments, nr_segments * sizeof(*segments), header.e_phoff);
}

/* A module's symbol is followed by the module, so it is none of these. */
static void take_symbol(unsigned long address, char type, const char *rest)
{
	size_t i;

	(void)type;
	for (i = 0; i < ARRAY_SIZE(wanted); i++)
		if (!strcmp(wanted[i].name, rest))
			*wanted[i].address = address;
}

static int read_levels(void)
{
	char mode[PAGING_SIZE];
	int bits, err;

	err = read_paging(mode);
	if (err)
		return err;
	if (sscanf(mode, "sv%d", &bits) != 1)
		return -ENOMSG;
	levels = (bits - 12) / TABLE_BITS;
	return 0;
}

/**
 * kernel_memory_open - make the functions below usable
 *
 * Ends the test as skipped if the kernel does not show its memory or its symbols,
 * as failed if it does but cannot be understood.
 */
void kernel_memory_open(void)
{
	int err;

	if (!is_riscv64())
		ksft_exit_skip("it reads the page tables of RISC-V, 64 bits\n");
	kcore = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	if (kcore < 0)
		ksft_exit_skip("/proc/kcore: %s (PROC_KCORE)\n", strerror(errno));
	err = read_segments();
	if (err)
		ksft_exit_fail_msg("/proc/kcore: %s\n", strerror(-err));
	err = kallsyms_read(take_symbol);
	if (err < 0)
		ksft_exit_skip("/proc/kallsyms: %s (KALLSYMS)\n", strerror(-err));
	if (!kernel_symbols.percpu_offset || !kernel_symbols.percpu_start)
		ksft_exit_skip("__per_cpu_offset is hidden (KALLSYMS_ALL, kptr_restrict)\n");
	/* the code comes first in the image */
	err = iomem_find("Kernel code", NULL, &code);
	if (err)
		ksft_exit_fail_msg("/proc/iomem: Kernel code: %s\n", strerror(-err));
	err = read_levels();
	if (err)
		ksft_exit_fail_msg("mmu in /proc/cpuinfo: %s\n", strerror(-err));
}

static bool in_segment(const struct elf64_phdr *segment, unsigned long long start,
		       unsigned long long address, size_t size)
{
	return segment->p_type == PT_LOAD && address >= start &&
		address + size - start <= segment->p_memsz;
}

/* A segment without a physical address is none of the linear map. */
static bool in_linear_map(const struct elf64_phdr *segment, unsigned long long start,
			  unsigned long long address, size_t size)
{
	return segment->p_paddr != NO_PHYS && in_segment(segment, start, address, size);
}

/**
 * kernel_read - read at an address of the kernel, as a debugger does
 * @address: in the linear map, vmalloc or vmemmap
 * @data: what is there
 * @size: how much
 *
 * Return: 0, -EFAULT if /proc/kcore does not show that address, or another negative errno.
 */
int kernel_read(unsigned long address, void *data, size_t size)
{
	int i;

	for (i = 0; i < nr_segments; i++)
		if (in_segment(&segments[i], segments[i].p_vaddr, address, size))
			return pread_all(kcore, data, size,
					 segments[i].p_offset + (address - segments[i].p_vaddr));
	return -EFAULT;
}

/**
 * kernel_read_phys - read at a physical address
 * @phys: in RAM
 * @data: what is there
 * @size: how much
 *
 * Return: 0, -EFAULT if that is no RAM, or another negative errno.
 */
int kernel_read_phys(unsigned long long phys, void *data, size_t size)
{
	int i;

	for (i = 0; i < nr_segments; i++)
		if (in_linear_map(&segments[i], segments[i].p_paddr, phys, size))
			return pread_all(kcore, data, size,
					 segments[i].p_offset + (phys - segments[i].p_paddr));
	return -EFAULT;
}

/**
 * kernel_linear_to_phys - translate an address of the linear map
 * @address: the address
 * @phys: where that is
 *
 * Return: 0, or -EFAULT if it is not in the linear map.
 */
int kernel_linear_to_phys(unsigned long address, unsigned long long *phys)
{
	int i;

	for (i = 0; i < nr_segments; i++) {
		if (!in_linear_map(&segments[i], segments[i].p_vaddr, address, 1))
			continue;
		*phys = segments[i].p_paddr + (address - segments[i].p_vaddr);
		return 0;
	}
	return -EFAULT;
}

/**
 * kernel_image_to_phys - translate an address in the kernel's image
 * @address: of a symbol
 *
 * Return: where that is.
 */
unsigned long long kernel_image_to_phys(unsigned long address)
{
	return code.start + (address - kernel_symbols.text);
}

/**
 * kernel_mapped_to_phys - translate an address by the kernel's page table
 * @address: the address, of any kind
 * @phys: where that is
 *
 * Return: 0, -ENOENT if it is not mapped, or another negative errno.
 */
int kernel_mapped_to_phys(unsigned long address, unsigned long long *phys)
{
	unsigned long long table = kernel_image_to_phys(kernel_symbols.page_table);
	unsigned long entry, offset_mask;
	int level, err;

	for (level = levels - 1; level >= 0; level--) {
		offset_mask = (PAGE_SIZE << (TABLE_BITS * level)) - 1;
		entry = (address / (offset_mask + 1)) % (1 << TABLE_BITS);
		err = kernel_read_phys(table + entry * sizeof(entry), &entry, sizeof(entry));
		if (err)
			return err;
		if (!(entry & PTE_VALID))
			return -ENOENT;
		table = PTE_PFN(entry) * PAGE_SIZE;
		if (entry & PTE_LEAF) {
			*phys = (table & ~(unsigned long long)offset_mask) |
				(address & offset_mask);
			return 0;
		}
	}
	return -EINVAL;
}

/**
 * kernel_read_offset - read __per_cpu_offset of a CPU
 * @cpu: the CPU
 * @offset: what makes the address of its object out of a per-CPU pointer
 *
 * Return: 0, or a negative errno.
 */
int kernel_read_offset(int cpu, unsigned long *offset)
{
	unsigned long entry = kernel_symbols.percpu_offset + cpu * sizeof(*offset);

	return kernel_read_phys(kernel_image_to_phys(entry), offset, sizeof(*offset));
}

/**
 * kernel_read_unit - find where a CPU's unit of the first chunk is
 * @cpu: the CPU
 * @unit: its virtual address; the static per-CPU data comes first in it
 *
 * Return: 0, or a negative errno.
 */
int kernel_read_unit(int cpu, unsigned long *unit)
{
	int err = kernel_read_offset(cpu, unit);

	*unit += kernel_symbols.percpu_start;
	return err;
}
