/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Models of data TLBs: what a hart of that geometry would miss. Geometries are read from a
 * file, see tools/tlb/models. A model knows no QEMU and no kernel.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fence.h"

#define MODEL_STRUCTURES	8
#define MODEL_LEVELS		5	/* of page tables, sv57 */

/* Sizes of mappings; 64K is Svnapot's, RISC-V privileged specification, chapter "Svnapot" */
enum model_page {
	MODEL_4K,
	MODEL_64K,
	MODEL_2M,
	MODEL_1G,
	MODEL_512G,
	MODEL_PAGES,
};

enum model_level {
	MODEL_L1,
	MODEL_L2,
	MODEL_WALK,	/* non-leaf page table entries, by their address */
};

/* One row of the file */
struct model_structure {
	enum model_level level;
	unsigned int entries;		/* pages that it has room for */
	unsigned int ways;		/* tags in a set */
	unsigned int sectors;		/* pages side by side that share a tag */
	bool whole[MODEL_PAGES];	/* mappings that take one entry */
	bool sliced[MODEL_PAGES];	/* mappings that take one for each 4K of them */
};

struct model {
	char name[32];
	bool asids;			/* entries of several address spaces at a time */
	unsigned int nr;
	struct model_structure structures[MODEL_STRUCTURES];
};

/* How an address is mapped */
struct model_mapping {
	uint64_t va;
	enum model_page page;
	unsigned int levels;		/* entries that a walk reads, the leaf too */
	uint64_t pte[MODEL_LEVELS];	/* their physical addresses, from the root on */
	uint16_t asid;
	bool global;
};

struct model_result {
	bool l1_miss;
	bool l2_miss;			/* of the last level: the page tables are walked */
	unsigned int walk_refs;		/* entries of page tables that are read */
};

struct model_tlb;

/**
 * models_read() - Read the models of a file.
 * @path: the file
 * @models: set to an array, for free()
 * @nr: set to its length
 *
 * Return: false, with a message on stderr, if the file cannot be read or understood.
 */
bool models_read(const char *path, struct model **models, size_t *nr);
unsigned int model_shift(enum model_page page);
/* @text: "4K", "64K", ... of @len bytes */
bool model_parse_page(const char *text, size_t len, enum model_page *page);

/**
 * model_tlb_new() - Make the empty TLB of one hart.
 * @model: its geometry, which must outlive it
 *
 * Return: the TLB, for model_tlb_free().
 */
struct model_tlb *model_tlb_new(const struct model *model);
void model_tlb_free(struct model_tlb *tlb);
struct model_result model_access(struct model_tlb *tlb, const struct model_mapping *mapping);
void model_fence(struct model_tlb *tlb, const struct fence *fence);
/* Another address space, without a fence: what the kernel flushes then on harts without ASIDs */
void model_switch(struct model_tlb *tlb);

#endif
