// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the first chunk of per-CPU memory.
 *
 * The first chunk is the only one that the architecture places, and it does so in
 * one of two ways:
 *
 *	embed	each unit is a piece of the linear mapping
 *
 *		linear	 | unit 0 | unit 1 | ...	| unit 2 | unit 3 |
 *
 *	page	each unit consists of single pages, mapped side by side into one
 *		area of the vmalloc space
 *
 *		vmalloc	 | unit 0 | unit 1 | unit 2 | unit 3 |
 *		linear	 |p|   |p|  |p| ...		|p|	|p||p|
 *
 * Either way a unit is <static | reserved | dynamic>, belongs to one possible CPU
 * and should lie in the memory of that CPU's node. What differs is what an address
 * means: __pa() and virt_to_page() are right in embed mode only, while
 * per_cpu_ptr_to_phys() must be right in both, and KASAN needs shadow of its own in
 * page mode. Few machines boot in page mode unless percpu_alloc=page says so, so the
 * same tests are to be run with it and without:
 *
 *	kunit.py run --arch=<arch> --kconfig_add CONFIG_SMP=y --kconfig_add CONFIG_NUMA=y
 *		--qemu_args '-smp 4' --kernel_args percpu_alloc=page percpu_first_chunk
 */
#include <kunit/test.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/init.h>
#include <linux/kasan.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/percpu.h>
#include <linux/pfn.h>
#include <linux/smp.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>

#include <asm/sections.h>

#include "../percpu-internal.h"

#ifdef CONFIG_KASAN_GENERIC
#include "../kasan/kasan.h"
#endif

#define MAX_OBJECTS	1024
#define SMALL		sizeof(unsigned long)

static DEFINE_PER_CPU(unsigned long, first_chunk_static);
static DEFINE_PER_CPU_ALIGNED(unsigned long, first_chunk_aligned);

/**
 * struct first_chunk_test - what a test case has to give back
 * @objects: dynamic per-CPU objects
 * @nr_objects: how many there are
 * @list: memory for a list that is sorted
 */
struct first_chunk_test {
	void __percpu *objects[MAX_OBJECTS];
	int nr_objects;
	unsigned long *list;
};

/* The first chunk is laid out from the lowest address on; unit 0 need not be there. */
static void *fc_unit_start(unsigned int cpu)
{
	return pcpu_base_addr + pcpu_unit_offsets[cpu];
}

/* Its dynamic region ends the unit. What embed does not need beyond that it gives back. */
static size_t fc_unit_size(void)
{
	return pcpu_first_chunk->base_addr - pcpu_base_addr +
	       (size_t)pcpu_first_chunk->nr_pages * PAGE_SIZE;
}

static bool in_first_chunk(void __percpu *object)
{
	unsigned int cpu = cpumask_first(cpu_possible_mask);
	void *addr = per_cpu_ptr(object, cpu);

	return addr >= fc_unit_start(cpu) && addr < fc_unit_start(cpu) + fc_unit_size();
}

static bool is_page_first_chunk(void)
{
	return is_vmalloc_addr(pcpu_base_addr);
}

/* It is freed when the test case ends, whichever way. */
static void __percpu *keep_object(struct kunit *test, void __percpu *object)
{
	struct first_chunk_test *priv = test->priv;

	KUNIT_ASSERT_TRUE_MSG(test, object, "no per-CPU memory");
	if (priv->nr_objects == MAX_OBJECTS)
		free_percpu(object);
	KUNIT_ASSERT_LT_MSG(test, priv->nr_objects, MAX_OBJECTS, "too many objects");
	priv->objects[priv->nr_objects++] = object;
	return object;
}

static void __percpu *alloc_object(struct kunit *test, size_t size, size_t align)
{
	return keep_object(test, __alloc_percpu(size, align));
}

/* The allocator chooses the chunk, the fullest one first. */
static void __percpu *alloc_in_first_chunk(struct kunit *test, size_t size)
{
	void __percpu *object;
	int i;

	for (i = 0; i < MAX_OBJECTS; i++) {
		object = alloc_object(test, size, SMP_CACHE_BYTES);
		if (in_first_chunk(object))
			return object;
	}
	kunit_skip(test, "the first chunk has no %zu bytes left", size);
	return NULL;
}

static void __percpu *alloc_in_later_chunk(struct kunit *test)
{
	void __percpu *object;
	int i;

	for (i = 0; i < MAX_OBJECTS; i++) {
		object = alloc_object(test, PAGE_SIZE, SMALL);
		if (!in_first_chunk(object))
			return object;
	}
	kunit_skip(test, "%d pages fit into the first chunk", MAX_OBJECTS);
	return NULL;
}

/* --- physical addresses --- */

static unsigned long cpu_pattern(unsigned int cpu)
{
	return (cpu + 1) * 0x01010101UL;
}

static unsigned long *map_physical(phys_addr_t phys)
{
	return kmap_local_page(pfn_to_page(PHYS_PFN(phys))) + offset_in_page(phys);
}

static unsigned long read_physical(phys_addr_t phys)
{
	unsigned long value, *mapped = map_physical(phys);

	value = READ_ONCE(*mapped);
	kunmap_local(mapped);
	return value;
}

static void write_physical(phys_addr_t phys, unsigned long value)
{
	unsigned long *mapped = map_physical(phys);

	WRITE_ONCE(*mapped, value);
	kunmap_local(mapped);
}

/*
 * All CPUs' copies are written before the first one is read, so that two copies in
 * the same place are seen.
 */
static void expect_physical(struct kunit *test, unsigned long __percpu *object)
{
	unsigned int cpu;
	phys_addr_t phys;

	for_each_possible_cpu(cpu) {
		phys = per_cpu_ptr_to_phys(per_cpu_ptr(object, cpu));
		KUNIT_ASSERT_TRUE_MSG(test, pfn_valid(PHYS_PFN(phys)),
				      "cpu %u: %pa is no page", cpu, &phys);
		WRITE_ONCE(*per_cpu_ptr(object, cpu), cpu_pattern(cpu));
	}
	for_each_possible_cpu(cpu) {
		phys = per_cpu_ptr_to_phys(per_cpu_ptr(object, cpu));
		KUNIT_ASSERT_EQ_MSG(test, read_physical(phys), cpu_pattern(cpu),
				    "cpu %u: written to the object, read at %pa", cpu, &phys);
	}
	for_each_possible_cpu(cpu) {
		phys = per_cpu_ptr_to_phys(per_cpu_ptr(object, cpu));
		write_physical(phys, ~cpu_pattern(cpu));
	}
	for_each_possible_cpu(cpu)
		KUNIT_ASSERT_EQ_MSG(test, READ_ONCE(*per_cpu_ptr(object, cpu)), ~cpu_pattern(cpu),
				    "cpu %u: written at the physical address, read from the object",
				    cpu);
}

static void first_chunk_static_physical(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, in_first_chunk(&first_chunk_static));
	expect_physical(test, &first_chunk_static);
}

static void first_chunk_reserved_physical(struct kunit *test)
{
	void __percpu *object;

	if (!pcpu_reserved_chunk)
		kunit_skip(test, "there is no reserved region (no modules, or no need of it)");
	object = keep_object(test, __alloc_reserved_percpu(SMALL, SMALL));
	KUNIT_EXPECT_TRUE(test, in_first_chunk(object));
	expect_physical(test, object);
}

static void first_chunk_dynamic_physical(struct kunit *test)
{
	expect_physical(test, alloc_in_first_chunk(test, SMALL));
}

/* It is not of the first chunk: what the function says of it must not depend on that. */
static void first_chunk_later_physical(struct kunit *test)
{
	expect_physical(test, alloc_in_later_chunk(test));
}

/* --- where objects are --- */

static bool is_in_one_page(void *addr, size_t size)
{
	phys_addr_t first = per_cpu_ptr_to_phys(addr);
	phys_addr_t last = per_cpu_ptr_to_phys(addr + size - 1);

	return last - first == size - 1 && PHYS_PFN(first) == PHYS_PFN(last);
}

static void expect_one_page(struct kunit *test, void __percpu *object, size_t size)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		KUNIT_ASSERT_TRUE_MSG(test, is_in_one_page(per_cpu_ptr(object, cpu), size),
				      "cpu %u: %zu bytes are in two pages", cpu, size);
}

/* Whoever hands a physical address to firmware or to a device relies on it. */
static void first_chunk_in_one_page(struct kunit *test)
{
	size_t size;

	expect_one_page(test, &first_chunk_static, sizeof(first_chunk_static));
	expect_one_page(test, &first_chunk_aligned, sizeof(first_chunk_aligned));
	for (size = PCPU_MIN_ALLOC_SIZE; size <= PAGE_SIZE; size *= 2) {
		expect_one_page(test, alloc_object(test, size, size), size);
		expect_one_page(test, alloc_object(test, size, size), size);
	}
}

static void expect_aligned(struct kunit *test, void __percpu *object, size_t align)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		KUNIT_ASSERT_TRUE_MSG(test, IS_ALIGNED((uintptr_t)per_cpu_ptr(object, cpu), align),
				      "cpu %u: it is not aligned to %zu bytes", cpu, align);
}

/* The smallest object before each of them makes it unlikely that one is aligned by luck. */
static void first_chunk_alignment(struct kunit *test)
{
	size_t align;

	expect_aligned(test, &first_chunk_static, SMALL);
	expect_aligned(test, &first_chunk_aligned, SMP_CACHE_BYTES);
	for (align = 1; align <= PAGE_SIZE; align *= 2) {
		alloc_object(test, PCPU_MIN_ALLOC_SIZE, 1);
		expect_aligned(test, alloc_object(test, PCPU_MIN_ALLOC_SIZE, align), align);
	}
}

static void first_chunk_kernel_address(struct kunit *test)
{
	void __percpu *dynamic = alloc_in_first_chunk(test, SMALL);
	size_t size = __per_cpu_end - __per_cpu_start;
	unsigned long start, object;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		start = (unsigned long)fc_unit_start(cpu);
		object = (unsigned long)per_cpu_ptr(&first_chunk_static, cpu);
		KUNIT_ASSERT_TRUE_MSG(test, is_kernel_percpu_address(object),
				      "cpu %u: a static object", cpu);
		KUNIT_ASSERT_TRUE_MSG(test, is_kernel_percpu_address(start),
				      "cpu %u: the first byte of static objects", cpu);
		KUNIT_ASSERT_TRUE_MSG(test, is_kernel_percpu_address(start + size - 1),
				      "cpu %u: the last byte of static objects", cpu);
		KUNIT_ASSERT_FALSE_MSG(test, is_kernel_percpu_address(start - 1),
				       "cpu %u: before the unit", cpu);
		KUNIT_ASSERT_FALSE_MSG(test, is_kernel_percpu_address(start + size),
				       "cpu %u: after the static objects", cpu);
		object = (unsigned long)per_cpu_ptr(dynamic, cpu);
		KUNIT_ASSERT_FALSE_MSG(test, is_kernel_percpu_address(object),
				       "cpu %u: a dynamic object", cpu);
	}
	KUNIT_EXPECT_FALSE(test, is_kernel_percpu_address((unsigned long)fc_unit_start));
}

/* --- units --- */

static int compare_ulong(const void *a, const void *b)
{
	unsigned long left = *(const unsigned long *)a, right = *(const unsigned long *)b;

	return left < right ? -1 : left > right;
}

static unsigned long *alloc_ulongs(struct kunit *test, size_t count)
{
	struct first_chunk_test *priv = test->priv;

	priv->list = kvmalloc_array(count, sizeof(*priv->list), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, priv->list);
	return priv->list;
}

static void first_chunk_units_apart(struct kunit *test)
{
	unsigned long *starts = alloc_ulongs(test, num_possible_cpus());
	unsigned int cpu, count = 0, i;

	for_each_possible_cpu(cpu) {
		starts[count] = (unsigned long)fc_unit_start(cpu);
		KUNIT_ASSERT_TRUE_MSG(test, PAGE_ALIGNED(starts[count]),
				      "cpu %u: its unit does not start with a page", cpu);
		count++;
	}
	sort(starts, count, sizeof(*starts), compare_ulong, NULL);
	for (i = 1; i < count; i++)
		KUNIT_ASSERT_GE_MSG(test, starts[i] - starts[i - 1], (unsigned long)fc_unit_size(),
				    "two units overlap");
}

static struct page *fc_unit_page(unsigned int cpu, size_t offset)
{
	return pfn_to_page(PHYS_PFN(per_cpu_ptr_to_phys(fc_unit_start(cpu) + offset)));
}

static void first_chunk_pages_apart(struct kunit *test)
{
	size_t offset, count = 0, i;
	unsigned long *pfns;
	unsigned int cpu;

	pfns = alloc_ulongs(test, num_possible_cpus() * (fc_unit_size() / PAGE_SIZE));
	for_each_possible_cpu(cpu)
		for (offset = 0; offset < fc_unit_size(); offset += PAGE_SIZE)
			pfns[count++] = page_to_pfn(fc_unit_page(cpu, offset));
	sort(pfns, count, sizeof(*pfns), compare_ulong, NULL);
	for (i = 1; i < count; i++)
		KUNIT_ASSERT_NE_MSG(test, pfns[i], pfns[i - 1], "a page is in the units twice");
}

/* Not with __pa(), which may warn: DEBUG_VIRTUAL looks there for who takes it by mistake. */
static bool is_in_linear_mapping(void *addr)
{
	return !is_vmalloc_addr(addr) && virt_addr_valid(addr) &&
	       per_cpu_ptr_to_phys(addr) ==
	       page_to_phys(virt_to_page(addr)) + offset_in_page(addr);
}

static bool is_in_vmalloc_space(void *addr)
{
	return is_vmalloc_addr(addr) &&
	       per_cpu_ptr_to_phys(addr) ==
	       page_to_phys(vmalloc_to_page(addr)) + offset_in_page(addr);
}

/* The last percpu_alloc= that names an allocator counts. */
static bool is_page_requested(void)
{
	static const char name[] = "percpu_alloc=";
	const char *value = saved_command_line;
	bool page = false;

	while ((value = strstr(value, name))) {
		value += strlen(name);
		if (strcspn(value, " ") == 4 && !strncmp(value, "page", 4))
			page = true;
		else if (strcspn(value, " ") == 5 && !strncmp(value, "embed", 5))
			page = false;
	}
	return page;
}

/* Embed may give way to page, but page to nothing. */
static void expect_page_if_requested(struct kunit *test)
{
	if (IS_ENABLED(CONFIG_NEED_PER_CPU_PAGE_FIRST_CHUNK) && is_page_requested())
		KUNIT_EXPECT_TRUE_MSG(test, is_page_first_chunk(), "percpu_alloc=page is ignored");
}

static void first_chunk_address_space(struct kunit *test)
{
	bool page = is_page_first_chunk();
	unsigned int cpu;
	size_t offset;
	void *addr;

	kunit_info(test, "%s first chunk, %u units of %zu pages", page ? "page" : "embed",
		   num_possible_cpus(), fc_unit_size() / PAGE_SIZE);
	expect_page_if_requested(test);
	for_each_possible_cpu(cpu) {
		for (offset = 0; offset < fc_unit_size(); offset += PAGE_SIZE) {
			addr = fc_unit_start(cpu) + offset;
			KUNIT_ASSERT_TRUE_MSG(test, page ? is_in_vmalloc_space(addr) :
					      is_in_linear_mapping(addr),
					      "cpu %u: %#zx in its unit is not in the %s", cpu,
					      offset, page ? "vmalloc space" : "linear mapping");
		}
	}
}

/*
 * vread() stops at get_vm_area_size(), which leaves out a guard page. Behind the last unit may be
 * what fills the last large mapping: less than a page for each unit.
 */
static void first_chunk_vm_area(struct kunit *test)
{
	struct vm_struct *area;
	unsigned int cpu;
	size_t end = 0;

	if (!is_page_first_chunk())
		kunit_skip(test, "an embed first chunk has no area");
	area = find_vm_area(pcpu_base_addr);
	KUNIT_ASSERT_NOT_NULL(test, area);
	for_each_possible_cpu(cpu)
		end = max_t(size_t, end, pcpu_unit_offsets[cpu] + fc_unit_size());
	KUNIT_EXPECT_GE(test, get_vm_area_size(area), end);
	KUNIT_EXPECT_LT(test, get_vm_area_size(area), end + num_possible_cpus() * PAGE_SIZE);
	KUNIT_EXPECT_NOT_NULL_MSG(test, area->caller, "the area does not say whose it is");
}

/*
 * memblock takes another node's memory where a node has no room, as one that is nearly all
 * taken by its own memory map. What it could not give later went to the page allocator.
 */
static bool node_had_room(int node)
{
	unsigned long pages = 0;
	int zone;

	for (zone = 0; zone < MAX_NR_ZONES; zone++)
		pages += zone_managed_pages(&NODE_DATA(node)->node_zones[zone]);
	return pages > node_present_pages(node) / 2;
}

/* A node without memory must borrow; a CPU that is not present may not know its node yet. */
static void first_chunk_own_node(struct kunit *test)
{
	unsigned int cpu, checked = 0;
	size_t offset;
	int node;

	if (num_node_state(N_MEMORY) < 2)
		kunit_skip(test, "memory is on one node only");
	if (!IS_ENABLED(CONFIG_HAVE_SETUP_PER_CPU_AREA))
		kunit_skip(test, "the generic setup_per_cpu_areas() does not ask for nodes");
	for_each_present_cpu(cpu) {
		node = cpu_to_node(cpu);
		if (!node_state(node, N_MEMORY) || !node_had_room(node))
			continue;
		for (offset = 0; offset < fc_unit_size(); offset += PAGE_SIZE)
			KUNIT_ASSERT_EQ_MSG(test, page_to_nid(fc_unit_page(cpu, offset)), node,
					    "cpu %u: the page at %#zx in its unit", cpu,
					    offset);
		checked++;
	}
	if (!checked)
		kunit_skip(test, "no CPU's node had room");
}

/* --- this_cpu operations --- */

/* Runs on the CPU. Returns 0, or the number of the operation that went wrong. */
static int use_this_cpu(void *arg)
{
	unsigned long __percpu *object = (unsigned long __percpu *)arg;
	unsigned long *mine = per_cpu_ptr(object, raw_smp_processor_id());

	if (this_cpu_ptr(object) != mine)
		return 1;
	this_cpu_write(*object, 40);
	if (READ_ONCE(*mine) != 40)
		return 2;
	this_cpu_add(*object, 3);
	this_cpu_inc(*object);
	this_cpu_sub(*object, 2);
	this_cpu_dec(*object);
	if (this_cpu_read(*object) != 41)
		return 3;
	if (this_cpu_add_return(*object, 1) != 42 || READ_ONCE(*mine) != 42)
		return 4;
	this_cpu_or(*object, 0x100);
	this_cpu_and(*object, 0x10f);
	if (this_cpu_xchg(*object, 50) != 0x10a || READ_ONCE(*mine) != 50)
		return 5;
	if (this_cpu_cmpxchg(*object, 49, 60) != 50 || READ_ONCE(*mine) != 50)
		return 6;
	if (this_cpu_cmpxchg(*object, 50, cpu_pattern(raw_smp_processor_id())) != 50)
		return 7;
	return 0;
}

/* What one CPU does to its copy must not show in another one's. */
static void expect_this_cpu(struct kunit *test, unsigned long __percpu *object)
{
	unsigned long wanted;
	unsigned int cpu;
	int wrong;

	for_each_possible_cpu(cpu)
		WRITE_ONCE(*per_cpu_ptr(object, cpu), ~cpu_pattern(cpu));
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		wrong = smp_call_on_cpu(cpu, use_this_cpu, (void __force *)object, false);
		KUNIT_EXPECT_EQ_MSG(test, wrong, 0, "cpu %u: operation %d", cpu, wrong);
	}
	for_each_possible_cpu(cpu) {
		wanted = cpu_online(cpu) ? cpu_pattern(cpu) : ~cpu_pattern(cpu);
		KUNIT_EXPECT_EQ_MSG(test, *per_cpu_ptr(object, cpu), wanted, "cpu %u: its copy",
				    cpu);
	}
	cpus_read_unlock();
}

static void first_chunk_this_cpu(struct kunit *test)
{
	expect_this_cpu(test, &first_chunk_static);
	expect_this_cpu(test, alloc_in_first_chunk(test, SMALL));
	if (pcpu_reserved_chunk)
		expect_this_cpu(test, keep_object(test, __alloc_reserved_percpu(SMALL, SMALL)));
}

/* --- a chunk that was sidelined --- */

#define WAIT_MS		10
#define WAIT_TIMES	300
#define KEPT_EMPTY	5	/* one more than the allocator wants to have */

/**
 * struct chunk_state - a chunk of per-CPU memory, as pcpu_lock shows it
 * @used: bytes of a unit that are allocated
 * @sidelined: its pages were given back, and it is the last to be allocated from
 * @empty: pages that are populated and not used
 */
struct chunk_state {
	int used;
	bool sidelined;
	int empty;
};

static bool is_full(const struct pcpu_chunk *chunk)
{
	return chunk->chunk_md.contig_hint < PAGE_SIZE / PCPU_MIN_ALLOC_SIZE;
}

static struct pcpu_chunk *find_chunk(void __percpu *object)
{
	unsigned int cpu = cpumask_first(cpu_possible_mask);
	void *addr = (void *)per_cpu_ptr(object, cpu) - pcpu_unit_offsets[cpu];
	struct pcpu_chunk *chunk;
	int slot;

	lockdep_assert_held(&pcpu_lock);
	for (slot = 0; slot < pcpu_nr_slots; slot++)
		list_for_each_entry(chunk, &pcpu_chunk_lists[slot], list)
			if (addr >= chunk->base_addr &&
			    addr < chunk->base_addr + chunk->nr_pages * PAGE_SIZE)
				return chunk;
	return NULL;
}

static bool is_in_slot(const struct pcpu_chunk *wanted, int slot)
{
	struct pcpu_chunk *chunk;

	list_for_each_entry(chunk, &pcpu_chunk_lists[slot], list)
		if (chunk == wanted)
			return true;
	return false;
}

/* The state of the chunk that the object is in */
static struct chunk_state read_chunk(void __percpu *object)
{
	struct chunk_state state = {};
	struct pcpu_chunk *chunk;

	spin_lock_irq(&pcpu_lock);
	chunk = find_chunk(object);
	if (chunk) {
		state.used = chunk->nr_pages * PAGE_SIZE - chunk->free_bytes;
		state.sidelined = is_in_slot(chunk, pcpu_sidelined_slot);
		state.empty = chunk->nr_empty_pop_pages;
	}
	spin_unlock_irq(&pcpu_lock);
	return state;
}

static bool all_others_full(void)
{
	struct pcpu_chunk *chunk;
	bool full = true;
	int slot;

	spin_lock_irq(&pcpu_lock);
	for (slot = 0; slot < pcpu_nr_slots; slot++)
		list_for_each_entry(chunk, &pcpu_chunk_lists[slot], list)
			full &= slot == pcpu_sidelined_slot || is_full(chunk);
	spin_unlock_irq(&pcpu_lock);
	return full;
}

/*
 * The fullest chunk is allocated from first and one that nobody uses last, so when the object is
 * the first of its chunk the others are full. Returns its number.
 */
static int alloc_first_of_chunk(struct kunit *test)
{
	struct first_chunk_test *priv = test->priv;

	while (priv->nr_objects < MAX_OBJECTS)
		if (read_chunk(alloc_object(test, PAGE_SIZE, SMALL)).used == PAGE_SIZE)
			return priv->nr_objects - 1;
	kunit_skip(test, "%d pages do not fill the chunks", MAX_OBJECTS);
	return 0;
}

static void free_objects(struct kunit *test, int first, int end)
{
	struct first_chunk_test *priv = test->priv;

	for (; first < end; first++) {
		free_percpu(priv->objects[first]);
		priv->objects[first] = NULL;
	}
}

/* Returns an object that is alone in a chunk that was sidelined; another chunk has empty pages. */
static void __percpu *make_sidelined(struct kunit *test)
{
	struct first_chunk_test *priv = test->priv;
	struct chunk_state state;
	int first, second, i;

	first = alloc_first_of_chunk(test);
	second = alloc_first_of_chunk(test);
	for (i = 0; i < KEPT_EMPTY; i++)
		alloc_object(test, PAGE_SIZE, SMALL);
	free_objects(test, second + 1, priv->nr_objects);
	free_objects(test, first + 1, second);
	for (i = 0; i < WAIT_TIMES; i++) {
		state = read_chunk(priv->objects[first]);
		if (state.sidelined && !state.empty)
			return priv->objects[first];
		msleep(WAIT_MS);
	}
	kunit_skip(test, "no chunk was sidelined");
	return NULL;
}

/*
 * Empty pages that the allocator keeps for atomic allocations are only counted where those look
 * first. So a sidelined chunk has none: when it is the only one with room it is sidelined no more.
 */
static void first_chunk_sidelined_pages(struct kunit *test)
{
	struct first_chunk_test *priv = test->priv;
	struct chunk_state state;
	void __percpu *object;
	int i;

	if (3 * num_possible_cpus() * fc_unit_size() / PAGE_SIZE > totalram_pages() / 8)
		kunit_skip(test, "three chunks are too much of the memory");
	object = make_sidelined(test);
	while (!all_others_full()) {
		if (priv->nr_objects == MAX_OBJECTS)
			kunit_skip(test, "%d pages do not fill the chunks", MAX_OBJECTS);
		alloc_object(test, PAGE_SIZE, SMALL);
	}
	state = read_chunk(object);
	for (i = 0; i < WAIT_TIMES && state.sidelined && !state.empty; i++) {
		msleep(WAIT_MS);
		state = read_chunk(object);
	}
	if (state.sidelined && !state.empty)
		kunit_skip(test, "nothing was populated");
	KUNIT_EXPECT_FALSE_MSG(test, state.sidelined, "%d pages of a sidelined chunk are empty",
			       state.empty);
}

/* --- KASAN --- */

/* Without KASAN_VMALLOC all of the vmalloc space has one shadow page, which is read-only. */
static void need_shadow(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_KASAN_GENERIC) || !kasan_enabled())
		kunit_skip(test, "there is no generic KASAN");
	if (is_page_first_chunk() && !IS_ENABLED(CONFIG_KASAN_VMALLOC))
		kunit_skip(test, "vmalloc has no shadow of its own without KASAN_VMALLOC");
}

#ifdef CONFIG_KASAN_GENERIC
/* Shadow has no shadow. */
static __no_sanitize_address u8 shadow_of(void *addr)
{
	return READ_ONCE(*(u8 *)kasan_mem_to_shadow(addr));
}

static void expect_shadow(struct kunit *test, unsigned int cpu)
{
	size_t offset;

	for (offset = 0; offset < fc_unit_size(); offset += KASAN_GRANULE_SIZE)
		if (shadow_of(fc_unit_start(cpu) + offset))
			break;
	KUNIT_ASSERT_EQ_MSG(test, offset, fc_unit_size(), "cpu %u: the shadow of %#zx in its unit",
			    cpu, offset);
}

static unsigned long count_poisoned(unsigned int cpu)
{
	unsigned long count = 0;
	size_t offset;

	for (offset = 0; offset < fc_unit_size(); offset += KASAN_GRANULE_SIZE)
		count += !!shadow_of(fc_unit_start(cpu) + offset);
	return count;
}

/*
 * Poison must not be lost, nor be seen anywhere else: a page of shadow that is mapped
 * twice shows another granule, not necessarily of another unit.
 */
static void expect_private_shadow(struct kunit *test, char __percpu *object)
{
	unsigned int cpu, kept = 0;
	unsigned long count = 0;

	for_each_possible_cpu(cpu)
		kasan_poison(per_cpu_ptr(object, cpu), KASAN_GRANULE_SIZE, KASAN_VMALLOC_INVALID,
			     false);
	for_each_possible_cpu(cpu) {
		kept += !!shadow_of(per_cpu_ptr(object, cpu));
		count += count_poisoned(cpu);
	}
	for_each_possible_cpu(cpu)
		kasan_unpoison(per_cpu_ptr(object, cpu), KASAN_GRANULE_SIZE, false);
	KUNIT_EXPECT_EQ_MSG(test, kept, num_possible_cpus(), "what was poisoned is not");
	KUNIT_EXPECT_EQ_MSG(test, count, (unsigned long)kept, "shadow is shared");
}

static void first_chunk_kasan_shadow(struct kunit *test)
{
	unsigned int cpu;

	need_shadow(test);
	for_each_possible_cpu(cpu)
		expect_shadow(test, cpu);
	expect_private_shadow(test, alloc_in_first_chunk(test, KASAN_GRANULE_SIZE));
	for_each_possible_cpu(cpu)
		expect_shadow(test, cpu);
}
#else
static void first_chunk_kasan_shadow(struct kunit *test)
{
	need_shadow(test);
}
#endif

static int first_chunk_init(struct kunit *test)
{
	struct first_chunk_test *priv = kunit_kzalloc(test, sizeof(*priv), GFP_KERNEL);

	test->priv = priv;
	return priv ? 0 : -ENOMEM;
}

static void first_chunk_exit(struct kunit *test)
{
	struct first_chunk_test *priv = test->priv;

	if (!priv)
		return;
	while (priv->nr_objects)
		free_percpu(priv->objects[--priv->nr_objects]);
	kvfree(priv->list);
}

static struct kunit_case first_chunk_cases[] = {
	KUNIT_CASE(first_chunk_address_space),
	KUNIT_CASE(first_chunk_units_apart),
	KUNIT_CASE(first_chunk_pages_apart),
	KUNIT_CASE(first_chunk_vm_area),
	KUNIT_CASE(first_chunk_own_node),
	KUNIT_CASE(first_chunk_static_physical),
	KUNIT_CASE(first_chunk_reserved_physical),
	KUNIT_CASE(first_chunk_dynamic_physical),
	KUNIT_CASE(first_chunk_later_physical),
	KUNIT_CASE(first_chunk_in_one_page),
	KUNIT_CASE(first_chunk_alignment),
	KUNIT_CASE(first_chunk_kernel_address),
	KUNIT_CASE(first_chunk_this_cpu),
	KUNIT_CASE(first_chunk_sidelined_pages),
	KUNIT_CASE(first_chunk_kasan_shadow),
	{}
};

static struct kunit_suite first_chunk_suite = {
	.name = "percpu_first_chunk",
	.init = first_chunk_init,
	.exit = first_chunk_exit,
	.test_cases = first_chunk_cases,
};

kunit_test_suite(first_chunk_suite);
