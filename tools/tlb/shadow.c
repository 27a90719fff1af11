// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's physical memory as far as the guest has stored to it: QEMU lets no plugin read
 * physical memory. Pages are made by the first store, so that a machine with much memory
 * costs only what it uses.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "shadow.h"
#include "tlb.h"

/* Two levels: pointers to the pages of 1 GiB, and pointers to these for 56 address bits */
#define LEAF_SHIFT	30
#define LEAF_PAGES	(1ul << (LEAF_SHIFT - PAGE_SHIFT))
#define ROOT_ENTRIES	(1ul << (56 - LEAF_SHIFT))
/* Pages are taken from blocks of this many */
#define BLOCK_PAGES	1024

static struct shadow_page ***root;
static struct shadow_page *block;
static unsigned int block_left;

/* Memory that reads as zero and is there once it is touched */
static void *reserve(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		tlb_die("no memory for %zu bytes of the guest's shadow", size);
	return at;
}

static struct shadow_page *new_page(void)
{
	if (!block_left) {
		block = reserve(BLOCK_PAGES * sizeof(*block));
		block_left = BLOCK_PAGES;
	}
	return &block[--block_left];
}

struct shadow_page *shadow_find(uint64_t pa)
{
	struct shadow_page **leaf;

	if (!root || pa >> 56)
		return NULL;
	leaf = root[pa >> LEAF_SHIFT];
	return leaf ? leaf[(pa >> PAGE_SHIFT) % LEAF_PAGES] : NULL;
}

struct shadow_page *shadow_get(uint64_t pa)
{
	struct shadow_page *page = shadow_find(pa);
	struct shadow_page **leaf;

	if (page || pa >> 56)
		return page;
	if (!root)
		root = reserve(ROOT_ENTRIES * sizeof(*root));
	leaf = root[pa >> LEAF_SHIFT];
	if (!leaf) {
		leaf = reserve(LEAF_PAGES * sizeof(*leaf));
		root[pa >> LEAF_SHIFT] = leaf;
	}
	page = new_page();
	leaf[(pa >> PAGE_SHIFT) % LEAF_PAGES] = page;
	return page;
}

void shadow_write(uint64_t pa, const void *from, size_t length)
{
	struct shadow_page *page = shadow_get(pa);

	if (page)
		memcpy((char *)page->word + pa % PAGE_SIZE, from, length);
}

uint64_t shadow_read64(uint64_t pa)
{
	const struct shadow_page *page = shadow_find(pa);

	return page ? page->word[pa % PAGE_SIZE / sizeof(uint64_t)] : 0;
}
