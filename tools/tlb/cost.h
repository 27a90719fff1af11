/* SPDX-License-Identifier: GPL-2.0-only */
/* What translations cost: models of TLBs fed with the data accesses of each hart. */
#ifndef TLB_COST_H
#define TLB_COST_H

#include <stddef.h>
#include <stdint.h>

#include "area.h"
#include "model.h"

#define COST_OPERATIONS	64	/* numbers that a guest may use; 0 is what lies between */
#define COST_MODELS	16
#define COST_VIEWS	8

/**
 * struct cost_view - one way to see the mappings
 * @name:	as the option and the report have it
 * @area:	that is assumed to have another size; AREAS for none: as the page tables are
 * @page:	that size
 */
struct cost_view {
	const char *name;
	enum area area;
	enum model_page page;
};

/**
 * struct cost_setup - what is simulated
 * @models:	of the file
 * @nr_models:	at most COST_MODELS
 * @views:	the first is as the page tables are
 * @nr_views:	at least 1
 */
struct cost_setup {
	struct model *models;
	size_t nr_models;
	struct cost_view views[COST_VIEWS];
	size_t nr_views;
};

/* Of one model in one view */
struct cost_misses {
	uint64_t l1;
	uint64_t l2;
	uint64_t walk_refs;
};

struct cost_of_area {
	uint64_t accesses;
	struct cost_misses misses[COST_VIEWS][COST_MODELS];
};

/**
 * struct cost_operation - what an operation cost on all harts
 * @times:		how many of it the guest did, as its marks say
 * @instructions:	in S- and U-mode, without the next two
 * @idle:		of idle loops
 * @waiting:		of loops that wait for another hart
 * @unmapped:		accesses for which the page tables in the shadow have no mapping
 * @areas:		accesses by area
 */
struct cost_operation {
	uint64_t times;
	uint64_t instructions;
	uint64_t idle;
	uint64_t waiting;
	uint64_t unmapped;
	struct cost_of_area areas[AREAS];
};

extern struct cost_setup cost_setup;

/** cost_parse_view() - take "AREA:SIZE" as one more view, or end QEMU */
void cost_parse_view(const char *text);

/** cost_write() - write a report as JSON, see the manual page, or end QEMU */
void cost_write(const char *path, const struct cost_operation *operations);

struct cost_tlbs;
struct hart;

/** cost_tlbs_new() - the TLBs of a hart, of each model in each view, all empty */
struct cost_tlbs *cost_tlbs_new(void);

/**
 * cost_tlbs_access() - access to an address
 * @tlbs:	of the hart
 * @hart:	that accesses
 * @va:		the address
 * @operation:	where to count; NULL to count nowhere
 */
void cost_tlbs_access(struct cost_tlbs *tlbs, const struct hart *hart, uint64_t va,
		      struct cost_operation *operation);

/** cost_tlbs_fence() - SFENCE.VMA on the hart */
void cost_tlbs_fence(struct cost_tlbs *tlbs, const struct fence *fence);

/** cost_tlbs_switch() - the hart got another satp */
void cost_tlbs_switch(struct cost_tlbs *tlbs);

#endif
