/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TLB_FENCE_H
#define TLB_FENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "map.h"

/**
 * struct fence - one SFENCE.VMA, or one SINVAL.VMA
 * @by_address:	rs1 is not x0
 * @by_asid:	rs2 is not x0
 * @va:		value of rs1
 * @asid:	value of rs2, as far as an ASID goes
 */
struct fence {
	bool by_address;
	bool by_asid;
	uint64_t va;
	uint16_t asid;
};

/**
 * struct fences - what a hart has fenced; times are those of tlb_seq, 0 is never
 * @full:	the last fence of everything
 * @asid:	the last fence of an ASID, by ASID
 * @address:	the last fence by address since @full, for all ASIDs and for one
 * @w_inval:	the last SFENCE.W.INVAL
 * @pending:	SINVAL.VMA since the last SFENCE.INVAL.IR
 * @pending_at:	the SFENCE.W.INVAL before each of them
 * @pendings:	how many
 */
struct fences {
	uint64_t full;
	struct map asid;
	struct map address;
	uint64_t w_inval;
	struct fence *pending;
	uint64_t *pending_at;
	unsigned int pendings;
};

/** fence_vma() - SFENCE.VMA at a time */
void fence_vma(struct fences *fences, const struct fence *fence, uint64_t seq);

/** fence_w_inval() - SFENCE.W.INVAL: what was stored before is what SINVAL.VMA orders */
void fence_w_inval(struct fences *fences, uint64_t seq);

/** fence_sinval() - SINVAL.VMA: takes effect with the next SFENCE.INVAL.IR */
void fence_sinval(struct fences *fences, const struct fence *fence);

/** fence_inval_ir() - SFENCE.INVAL.IR */
void fence_inval_ir(struct fences *fences);

/**
 * struct covered - what a fence must cover
 * @leaf:	the entry is a leaf: a fence by address covers it
 * @global:	the mapping is global: a fence by ASID does not cover it
 * @va:		an address that the entry translates
 * @shift:	log2 of the size of the mapping in bytes, of a leaf
 * @asid:	that the hart uses
 */
struct covered {
	bool leaf;
	bool global;
	uint64_t va;
	int shift;
	uint16_t asid;
};

/** later() - the later of two times */
static inline uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/** fence_covering() - when the last fence was that covers an entry; 0 is never */
uint64_t fence_covering(const struct fences *fences, const struct covered *what);

#endif
