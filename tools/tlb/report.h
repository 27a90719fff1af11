/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TLB_REPORT_H
#define TLB_REPORT_H

#include "linux.h"
#include "tlb.h"

/**
 * enum kind - what a hart that missed the change would have done
 * @KIND_NONE:		the same
 * @KIND_VALID:		trapped: the entry became valid
 * @KIND_UPGRADE:	trapped: the entry became valid for this access
 * @KIND_STALE:		gone where the entry led before, or where the table did
 * @KIND_UNMAPPED:	gone on, though the entry allows the access no more
 */
enum kind { KIND_NONE, KIND_VALID, KIND_UPGRADE, KIND_STALE, KIND_UNMAPPED };

/** enum verdict - what would have come of it; a worse one is greater */
enum verdict { VERDICT_HARMLESS, VERDICT_ABSORBED, VERDICT_UNKNOWN, VERDICT_KILL, VERDICTS };

/**
 * struct event - an access that relied on what no fence had ordered
 * @hart:	that accessed
 * @pc:		of the instruction
 * @va:		the address
 * @access:	how
 * @kind:	what could have happened
 * @verdict:	what would have come of it
 * @why:	the reason of the verdict, a constant string
 * @level:	of the entry that changed; walk.levels of the root in satp
 * @shift:	log2 of the size of the mapping in bytes; 0 if there is none
 * @store_seq:	when the entry changed, in units of tlb_seq
 * @store_pc:	of the store that changed the entry
 * @store_hart:	the hart that stored
 */
struct event {
	const struct hart *hart;
	uint64_t pc;
	uint64_t va;
	enum access access;
	enum kind kind;
	enum verdict verdict;
	const char *why;
	int level;
	int shift;
	uint64_t store_seq;
	uint64_t store_pc;
	unsigned int store_hart;
};

/** report_add() - count an event; those of one access, store, kind and verdict are one record */
void report_add(const struct event *event);

/** report_settle() - addresses are from now on those of another kernel */
void report_settle(void);

/**
 * struct tally - what the last line of a report says
 * @checked:	pages looked at: accesses that no memory of an earlier check answered
 * @verified:	accesses whose translation was compared with QEMU's
 * @differed:	those that differed
 */
struct tally {
	uint64_t checked;
	uint64_t verified;
	uint64_t differed;
};

/**
 * report_write() - write the records, the worst first, and the line that ends the report
 * @text:	for people, or NULL
 * @json:	one object a line, or NULL
 * @tally:	for the last line
 */
void report_write(FILE *text, FILE *json, const struct tally *tally);

#endif
