// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the plugin knows of Linux: its layout (Documentation/arch/riscv/vm-layout.rst,
 * arch/riscv/include/asm/pgtable.h), per-CPU memory (mm/percpu.c), and which spurious page
 * faults it absorbs (arch/riscv/kernel/entry.S, arch/riscv/mm/fault.c).
 */
#include <stdlib.h>
#include <string.h>

#include "linux.h"
#include "shadow.h"
#include "symbols.h"
#include "table.h"

/* CONFIG_KASAN_SHADOW_OFFSET of all riscv64 kernels, arch/riscv/Kconfig */
#define SHADOW_OFFSET	0xdfffffff00000000ul
/* Where kernels are linked: the last 2 GiB, and modules below up to 2 GiB before their end */
#define LINK_ADDRESS	0xffffffff80000000ul
#define KASLR_ALIGN	(2ul << 20)
#define MAX_UNITS	4096

/* PAGE_OFFSET of Sv57, Sv48, and Sv39 before and since 6.7 */
static const uint64_t page_offsets[] = {
	0xff60000000000000, 0xffffaf8000000000, 0xffffffd800000000, 0xffffffd600000000,
};

/* The first chunk; known once units is not 0. In embed mode other memory lies between units. */
static struct {
	uint64_t base;
	uint64_t size;
	uint64_t units;
	uint64_t offsets[MAX_UNITS];
} chunk;

/* A hart in early boot, or in the firmware, reaches no variable of the kernel: try them all */
static bool load(const struct hart *hart, uint64_t va, uint64_t *value)
{
	struct walk to;

	for (unsigned int i = 0; i <= tlb_harts(); i++) {
		uint64_t satp = i ? tlb_hart(i - 1)->satp : hart->satp;

		if (walk(satp, va, &to)) {
			*value = shadow_read64(to.pa);
			return true;
		}
	}
	return false;
}

/* A variable of the kernel that it has stored to; 0 if not known yet */
static uint64_t variable(const struct hart *hart, const char *name)
{
	uint64_t va = symbols_find(name);
	uint64_t value = 0;

	if (!va || !load(hart, va, &value))
		return 0;
	return value >> va % 8 * 8;
}

static void find_chunk(const struct hart *hart)
{
	uint64_t base = variable(hart, "pcpu_base_addr");
	uint64_t offsets = variable(hart, "pcpu_unit_offsets");
	uint64_t size = (uint32_t)variable(hart, "pcpu_unit_size");
	uint64_t units = (uint32_t)variable(hart, "pcpu_nr_units");

	if (!base || !offsets || !size || !units || units > MAX_UNITS)
		return;
	/* By CPU; possible CPUs are the first ones */
	for (uint64_t i = 0; i < units; i++) {
		if (!load(hart, offsets + 8 * i, &chunk.offsets[i]))
			return;
	}
	chunk.base = base;
	chunk.size = size;
	chunk.units = units;
}

static bool is_in_chunk(const struct hart *hart, uint64_t va)
{
	if (!chunk.units)
		find_chunk(hart);
	for (uint64_t i = 0; i < chunk.units; i++) {
		if (va - chunk.base - chunk.offsets[i] < chunk.size)
			return true;
	}
	return false;
}

void linux_forget(void)
{
	chunk.units = 0;
}

static uint64_t find_page_offset(const struct hart *hart)
{
	static uint64_t found;
	uint64_t map = symbols_find("kernel_map");

	/* Its place in the structure depends on the version; its value is one of few */
	for (unsigned int i = 0; map && !found && i < 8; i++) {
		uint64_t value;

		for (unsigned int j = 0; j < ARRAY_SIZE(page_offsets); j++) {
			if (load(hart, map + 8 * i, &value) && value == page_offsets[j])
				found = value;
		}
	}
	return found;
}

static enum range layout_range(uint64_t va, uint64_t page_offset, int va_bits)
{
	uint64_t vmalloc_start = page_offset - (1ul << (va_bits - 3));
	/* struct page takes at most 64 bytes: VMEMMAP_SHIFT */
	uint64_t vmemmap_start = vmalloc_start - (1ul << (va_bits - 12 - 1 + 6));
	uint64_t pci_start = vmemmap_start - (16ul << 20);

	if (va >= page_offset)
		return RANGE_LINEAR;
	if (va >= vmalloc_start)
		return RANGE_VMALLOC;
	if (va >= vmemmap_start)
		return RANGE_VMEMMAP;
	if (va >= pci_start)
		return RANGE_PCI_IO;
	/* FIXADDR_SIZE is 6 MiB; up to 8 in some versions */
	return va >= pci_start - (8ul << 20) ? RANGE_FIXMAP : RANGE_UNKNOWN;
}

static bool has_kasan(void)
{
	static int has = -1;

	if (has < 0)
		has = symbols_find("kasan_early_shadow_page") != 0;
	return has;
}

enum range linux_range(const struct hart *hart, uint64_t va)
{
	uint64_t page_offset;
	int va_bits;
	uint64_t shadow_start;

	if (!symbols_loaded())
		return RANGE_UNKNOWN;
	if (is_in_chunk(hart, va))
		return RANGE_FIRST_CHUNK;
	if (va >= LINK_ADDRESS - (2ul << 30) && va >= symbols_find("_start"))
		return RANGE_KERNEL;
	if (va >= LINK_ADDRESS - (2ul << 30))
		return RANGE_MODULE;
	page_offset = find_page_offset(hart);
	if (!page_offset)
		return RANGE_UNKNOWN;
	va_bits = page_offset == page_offsets[0] ? 57 : page_offset == page_offsets[1] ? 48 : 39;
	shadow_start = SHADOW_OFFSET + (-(1ul << (va_bits - 1)) >> 3);
	if (has_kasan() && va >= shadow_start)
		return RANGE_SHADOW | linux_range(hart, (va - SHADOW_OFFSET) << 3);
	return layout_range(va, page_offset, va_bits);
}

const char *linux_range_name(enum range range)
{
	static const char *const names[] = {
		[RANGE_UNKNOWN] = "kernel half",
		[RANGE_FIRST_CHUNK] = "first chunk",
		[RANGE_VMALLOC] = "vmalloc",
		[RANGE_VMEMMAP] = "vmemmap",
		[RANGE_PCI_IO] = "PCI I/O",
		[RANGE_FIXMAP] = "fixmap",
		[RANGE_LINEAR] = "linear",
		[RANGE_KERNEL] = "kernel image",
		[RANGE_MODULE] = "module",
	};
	static char name[64];

	if (!(range & RANGE_SHADOW))
		return names[range];
	snprintf(name, sizeof(name), "KASAN shadow of %s", names[range & ~RANGE_SHADOW]);
	return name;
}

int linux_cpu(const struct hart *hart)
{
	uint64_t map = symbols_find("__cpuid_to_hartid_map");
	uint64_t units = (uint32_t)variable(hart, "nr_cpu_ids");

	for (uint64_t i = 0; map && i < (units ? units : 1); i++) {
		uint64_t id;

		if (load(hart, map + 8 * i, &id) && id == hart->mhartid)
			return i;
	}
	return -1;
}

/* "Linux version 6.1.0 ..."; it is part of the image, so only QEMU can read it. In 100 * major. */
static unsigned int read_version(void)
{
	uint64_t banner = symbols_find("linux_banner");
	char text[33] = "";
	unsigned int major;
	unsigned int minor;

	if (!banner || !tlb_read(banner, text, sizeof(text) - 1) ||
	    sscanf(text, "Linux version %u.%u", &major, &minor) != 2)
		return 0;
	return 100 * major + minor;
}

static uint64_t find_bitmap(void)
{
	uint64_t map = symbols_find("new_valid_map_cpus");

	return map ? map : symbols_find("new_vmalloc");
}

enum absorber linux_absorber(void)
{
	static enum absorber found;
	unsigned int version;

	if (found)
		return found;
	version = read_version();
	if (find_bitmap())
		found = ABSORBER_BITMAP;
	else if (version)
		found = version < 605 ? ABSORBER_VMALLOC_FAULT : ABSORBER_NONE;
	return found;
}

/* By word, from a hart that runs the handler on: symbols have their addresses then */
static struct {
	uint64_t start;
	uint64_t written[MAX_UNITS / 64];
} bitmap;

bool linux_in_bitmap(uint64_t va)
{
	return bitmap.start && va >= bitmap.start && va < bitmap.start + MAX_UNITS / 8;
}

void linux_store(uint64_t va)
{
	if (linux_in_bitmap(va))
		bitmap.written[(va - bitmap.start) / 8] = tlb_seq;
}

bool linux_is_marked(const struct hart *hart, uint64_t seq)
{
	uint64_t word;
	int cpu = linux_cpu(hart);

	return cpu >= 0 && cpu < MAX_UNITS && bitmap.written[cpu / 64] >= seq &&
	       load(hart, bitmap.start + cpu / 64 * 8, &word) && word >> cpu % 64 & 1;
}

bool linux_is_known(void)
{
	return symbols_find("handle_exception") != 0;
}

bool linux_handler_runs(const struct hart *hart)
{
	static uint64_t linked;
	static uint64_t moved;

	if (!linked)
		linked = symbols_find("handle_exception");
	if (!linked)
		return false;
	if (hart->stvec == linked + moved) {
		bitmap.start = find_bitmap();
		return true;
	}
	/* KASLR moves by whole large pages, and the kernel's half is not where it is loaded */
	if (moved || (hart->stvec - linked) % KASLR_ALIGN || hart->stvec < LINK_ADDRESS)
		return false;
	moved = hart->stvec - linked;
	symbols_move(moved);
	bitmap.start = find_bitmap();
	return true;
}

bool linux_on_own_unit(const struct hart *hart, uint64_t va)
{
	uint64_t offsets = symbols_find("__per_cpu_offset");
	uint64_t start = symbols_find("__per_cpu_start");
	uint64_t end = symbols_find("__per_cpu_end");
	int cpu = linux_cpu(hart);
	uint64_t offset;

	if (cpu < 0 || !offsets || !load(hart, offsets + 8 * cpu, &offset))
		return false;
	return va >= start + offset && va < end + offset;
}
