// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TLBs of one hart: all models in all views at once.
 *
 * An access to the page of the access before hits in each of them and changes no order of use,
 * so it is only counted. Of others the walk is remembered until the hart fences or another
 * address space has the slot: what a fence has not ordered the hart may go on using.
 */
#include <stdlib.h>

#include "cost.h"
#include "shadow.h"
#include "tlb.h"

#define SLOTS		4096
#define NO_PAGE		(~0ul)

/* A walk of this round, and with it what the models want to know */
struct slot {
	uint64_t round;
	uint64_t satp;
	uint64_t page;
	enum area area;
	struct model_mapping mapping;
};

struct cost_tlbs {
	uint64_t last_page;
	enum area last_area;
	uint64_t round;
	struct slot slots[SLOTS];
	struct model_tlb *tlb[COST_VIEWS][COST_MODELS];
};

struct cost_tlbs *cost_tlbs_new(void)
{
	struct cost_tlbs *tlbs = calloc(1, sizeof(*tlbs));

	if (!tlbs)
		tlb_die("no memory for models");
	tlbs->last_page = NO_PAGE;
	tlbs->round = 1;
	for (size_t view = 0; view < cost_setup.nr_views; view++) {
		for (size_t model = 0; model < cost_setup.nr_models; model++)
			tlbs->tlb[view][model] = model_tlb_new(&cost_setup.models[model]);
	}
	return tlbs;
}

static enum model_page page_of(int shift)
{
	enum model_page page = MODEL_4K;

	while (page + 1 < MODEL_PAGES && (int)model_shift(page + 1) <= shift)
		page++;
	return page;
}

static void fill(struct slot *slot, const struct walk *to, const struct hart *hart, uint64_t va)
{
	slot->satp = hart->satp;
	slot->page = va >> PAGE_SHIFT;
	slot->area = area_of(hart, va);
	slot->mapping = (struct model_mapping){
		.page = page_of(to->shift), .levels = to->levels - to->level,
		.asid = SATP_ASID(hart->satp), .global = to->global,
	};
	for (int i = 0; i < to->levels - to->level; i++)
		slot->mapping.pte[i] = to->entry[to->levels - 1 - i];
}

/* NULL if there is no mapping */
static struct slot *find(struct cost_tlbs *tlbs, const struct hart *hart, uint64_t va)
{
	uint64_t page = va >> PAGE_SHIFT;
	struct slot *slot = &tlbs->slots[page % SLOTS];
	struct walk to;

	if (slot->round != tlbs->round || slot->satp != hart->satp || slot->page != page) {
		slot->round = 0;
		if (!walk(hart->satp, va, &to))
			return NULL;
		fill(slot, &to, hart, va);
		slot->round = tlbs->round;
	}
	slot->mapping.va = va;
	return slot;
}

/* How many levels a walk leaves out for a leaf of that size */
static unsigned int levels_above(enum model_page page)
{
	return (model_shift(page) - PAGE_SHIFT) / 9;
}

/* Tables that are not there get addresses that no memory has */
static void assume(struct model_mapping *mapping, enum model_page page)
{
	unsigned int levels = mapping->levels + levels_above(mapping->page) - levels_above(page);

	for (unsigned int i = mapping->levels; i < levels && i < MODEL_LEVELS; i++)
		mapping->pte[i] = 1ul << 63 | (uint64_t)i << 60 | mapping->va >> PAGE_SHIFT << 3;
	mapping->levels = levels;
	mapping->page = page;
}

static void count(struct cost_misses *misses, struct model_result result)
{
	misses->l1 += result.l1_miss;
	misses->l2 += result.l2_miss;
	misses->walk_refs += result.walk_refs;
}

static void simulate(struct cost_tlbs *tlbs, const struct slot *slot, struct cost_of_area *to)
{
	for (size_t i = 0; i < cost_setup.nr_views; i++) {
		const struct cost_view *view = &cost_setup.views[i];
		struct model_mapping mapping = slot->mapping;

		if (view->area == slot->area)
			assume(&mapping, view->page);
		for (size_t model = 0; model < cost_setup.nr_models; model++) {
			struct model_result result = model_access(tlbs->tlb[i][model], &mapping);

			if (to && result.l1_miss)
				count(&to->misses[i][model], result);
		}
	}
}

void cost_tlbs_access(struct cost_tlbs *tlbs, const struct hart *hart, uint64_t va,
		      struct cost_operation *operation)
{
	struct slot *slot;

	if (va >> PAGE_SHIFT != tlbs->last_page) {
		slot = find(tlbs, hart, va);
		if (!slot) {
			if (operation)
				operation->unmapped++;
			return;
		}
		tlbs->last_page = slot->page;
		tlbs->last_area = slot->area;
		simulate(tlbs, slot, operation ? &operation->areas[slot->area] : NULL);
	}
	if (operation)
		operation->areas[tlbs->last_area].accesses++;
}

static void forget_last(struct cost_tlbs *tlbs)
{
	tlbs->last_page = NO_PAGE;
}

void cost_tlbs_fence(struct cost_tlbs *tlbs, const struct fence *fence)
{
	forget_last(tlbs);
	tlbs->round++;
	for (size_t view = 0; view < cost_setup.nr_views; view++) {
		for (size_t model = 0; model < cost_setup.nr_models; model++)
			model_fence(tlbs->tlb[view][model], fence);
	}
}

void cost_tlbs_switch(struct cost_tlbs *tlbs)
{
	forget_last(tlbs);
	for (size_t view = 0; view < cost_setup.nr_views; view++) {
		for (size_t model = 0; model < cost_setup.nr_models; model++)
			model_switch(tlbs->tlb[view][model]);
	}
}
