// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a hart has fenced, by the privileged specification, "Supervisor Memory-Management Fence
 * Instruction" and "Svinval": rs1 other than x0 covers leaf entries only, rs2 other than x0
 * spares global mappings. A fence by address covers the leaf that maps the address, so one for
 * any part of a superpage or of a NAPOT range covers it.
 */
#include <stdlib.h>

#include "fence.h"
#include "tlb.h"

/* Sizes of mappings: 4 KiB, 64 KiB, 2 MiB, 1 GiB, 512 GiB, 256 TiB */
static const int shifts[] = { 12, 16, 21, 30, 39, 48 };

#define ALL_ASIDS	0x10000

/*
 * A key names a mapping of one size. Bits 12 to 55 of an address of the kernel's half say which.
 */
static uint64_t address_key(uint64_t va, int shift, uint64_t asid)
{
	/* 7 is a NAPOT range; the others are levels */
	uint64_t size = shift == 16 ? 7 : (shift - 12) / 9;

	return (va >> shift << shift) << 8 >> 20 | size << 44 | asid << 47;
}

static void raise_to(uint64_t *value, uint64_t seq)
{
	if (*value < seq)
		*value = seq;
}

static void apply(struct fences *fences, const struct fence *fence, uint64_t seq)
{
	uint64_t asid = fence->by_asid ? fence->asid : ALL_ASIDS;

	if (!fence->by_address) {
		raise_to(fence->by_asid ? map_at(&fences->asid, fence->asid) : &fences->full, seq);
		return;
	}
	/* Addresses of the other half are not checked */
	if (!(fence->va >> 63))
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(shifts); i++)
		raise_to(map_at(&fences->address, address_key(fence->va, shifts[i], asid)), seq);
}

void fence_vma(struct fences *fences, const struct fence *fence, uint64_t seq)
{
	apply(fences, fence, seq);
	if (fence->by_address || fence->by_asid)
		return;
	/* All the others are older now */
	map_forget(&fences->asid);
	map_forget(&fences->address);
}

void fence_w_inval(struct fences *fences, uint64_t seq)
{
	fences->w_inval = seq;
}

void fence_sinval(struct fences *fences, const struct fence *fence)
{
	unsigned int n = fences->pendings + 1;

	fences->pending = realloc(fences->pending, n * sizeof(*fences->pending));
	fences->pending_at = realloc(fences->pending_at, n * sizeof(*fences->pending_at));
	if (!fences->pending || !fences->pending_at)
		tlb_die("no memory for %u invalidations", n);
	fences->pending[n - 1] = *fence;
	fences->pending_at[n - 1] = fences->w_inval;
	fences->pendings = n;
}

void fence_inval_ir(struct fences *fences)
{
	for (unsigned int i = 0; i < fences->pendings; i++)
		apply(fences, &fences->pending[i], fences->pending_at[i]);
	fences->pendings = 0;
}

uint64_t fence_covering(const struct fences *fences, const struct covered *what)
{
	uint64_t seq = fences->full;

	if (!what->global)
		seq = later(seq, map_get(&fences->asid, what->asid));
	if (!what->leaf)
		return seq;
	seq = later(seq, map_get(&fences->address,
				 address_key(what->va, what->shift, ALL_ASIDS)));
	if (!what->global)
		seq = later(seq, map_get(&fences->address,
					 address_key(what->va, what->shift, what->asid)));
	return seq;
}
