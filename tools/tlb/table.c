// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which pages of the guest are page tables of kernel addresses, and what changed in them.
 *
 * A page becomes a table when satp points to it, or when an entry of a table does, and ceases
 * to be one when the last such entry is changed. The change of that entry is then what a hart
 * may not have seen, so the history of what lay below is not needed.
 */
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "tlb.h"
#include "walk.h"

/* Bits 60 to 54 of an entry are reserved, so what has one set is none */
#define PTE_RESERVED	(0x7ful << 54)

uint64_t tlb_seq = 1;
uint64_t tlb_generation = 1;

/* How often tables were forgotten. Those from before are none. */
static unsigned int age;

void table_forget(void)
{
	age++;
}

static struct table *table_of(struct shadow_page *page)
{
	if (page->table && page->table->age != age) {
		free(page->table);
		page->table = NULL;
	}
	return page->table;
}

static bool points_down(const struct table *table, uint64_t pte)
{
	return table->level > 0 && pte_is_valid(pte) && !pte_is_leaf(pte);
}

static unsigned int first_entry(const struct table *table)
{
	return table->root ? PAGE_WORDS / 2 : 0;
}

static void link_table(uint64_t pa, int level, bool root);

static void link_children(const struct shadow_page *page)
{
	const struct table *table = page->table;

	for (unsigned int i = first_entry(table); i < PAGE_WORDS; i++) {
		if (points_down(table, page->word[i]))
			link_table(pte_table(page->word[i]), table->level - 1, false);
	}
}

static void unlink_table(uint64_t pa);

static void forget_table(struct shadow_page *page)
{
	struct table *table = page->table;

	/* First, so that a table that points to itself ends here */
	page->table = NULL;
	for (unsigned int i = first_entry(table); i < PAGE_WORDS; i++) {
		if (points_down(table, page->word[i]))
			unlink_table(pte_table(page->word[i]));
	}
	free(table);
}

static void unlink_table(uint64_t pa)
{
	struct shadow_page *page = shadow_find(pa);

	if (page && table_of(page) && --page->table->links == 0)
		forget_table(page);
}

static void link_table(uint64_t pa, int level, bool root)
{
	struct shadow_page *page = shadow_get(pa);

	if (!page)
		return;
	if (!table_of(page)) {
		page->table = calloc(1, sizeof(*page->table));
		if (!page->table)
			tlb_die("no memory for the history of a page table");
		page->table->level = level;
		page->table->root = root;
		page->table->age = age;
		link_children(page);
	}
	page->table->links++;
}

void table_load_root(uint64_t pa, int level)
{
	struct shadow_page *page = shadow_get(pa);

	if (!page)
		return;
	if (table_of(page) && page->table->level != level)
		forget_table(page);
	if (!page->table)
		link_table(pa, level, true);
}

void table_leave_root(uint64_t pa)
{
	struct shadow_page *page = shadow_find(pa);

	if (page && table_of(page))
		page->table->last_used = tlb_seq;
}

/* A root that was freed and holds something else */
static bool is_reused(const struct shadow_page *page, uint64_t value)
{
	return page->table->root && (value & PTE_RESERVED || (value && !(value & PTE_V)));
}

static void add_change(struct change *changes, const struct change *change)
{
	memmove(changes + 1, changes, (HISTORY - 1) * sizeof(*changes));
	*changes = *change;
}

/*
 * A hart reads only tables that its satp leads to. So none has seen what an entry of a root was
 * while no satp pointed there, as when a new process gets the root of one that is gone.
 */
static bool was_seen(const struct table *table, uint64_t pa, unsigned int index)
{
	return !table->root || tlb_root_in_use(pa) || table->born[index] <= table->last_used;
}

static void change_entry(struct shadow_page *page, uint64_t pa, struct change *change)
{
	struct table *table = page->table;
	unsigned int index = pa % PAGE_SIZE / sizeof(uint64_t);
	uint64_t value = page->word[index];

	if (index < first_entry(table))
		return;
	change->seq = ++tlb_seq;
	tlb_generation++;
	if (was_seen(table, pa & -PAGE_SIZE, index))
		add_change(table->changes[index], change);
	table->born[index] = change->seq;
	if (points_down(table, value))
		link_table(pte_table(value), table->level - 1, false);
	if (points_down(table, change->old))
		unlink_table(pte_table(change->old));
}

void table_store(unsigned int hart, uint64_t pc, uint64_t pa, const void *from, size_t length)
{
	struct shadow_page *page = shadow_get(pa);
	unsigned int first = pa % PAGE_SIZE / sizeof(uint64_t);
	unsigned int last = (pa % PAGE_SIZE + length - 1) / sizeof(uint64_t);
	uint64_t old[PAGE_WORDS];

	if (!page)
		return;
	if (!table_of(page)) {
		memcpy((char *)page->word + pa % PAGE_SIZE, from, length);
		return;
	}
	memcpy(old + first, page->word + first, (last - first + 1) * sizeof(*old));
	memcpy((char *)page->word + pa % PAGE_SIZE, from, length);
	for (unsigned int i = first; i <= last && page->table; i++) {
		struct change change = { .old = old[i], .pc = pc, .hart = hart };

		if (page->word[i] == old[i])
			continue;
		if (is_reused(page, page->word[i]) && !tlb_root_in_use(pa & -PAGE_SIZE)) {
			uint64_t value = page->word[i];

			/* The links are those of what was there */
			page->word[i] = old[i];
			forget_table(page);
			page->word[i] = value;
			return;
		}
		change_entry(page, (pa & -PAGE_SIZE) + 8 * i, &change);
	}
}

const struct change *table_changes(uint64_t pa)
{
	struct shadow_page *page = shadow_find(pa);

	if (!page || !table_of(page))
		return NULL;
	return page->table->changes[pa % PAGE_SIZE / sizeof(uint64_t)];
}

uint64_t table_read_at(uint64_t pa, uint64_t seq)
{
	const struct change *changes = table_changes(pa);
	uint64_t value = shadow_read64(pa);

	for (int i = 0; changes && i < HISTORY && changes[i].seq > seq; i++)
		value = changes[i].old;
	return value;
}
