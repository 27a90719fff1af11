// SPDX-License-Identifier: GPL-2.0-only
/* The records of the sanitizer, as text and as lines of JSON. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "symbols.h"

#define MAX_HARTS_SHOWN	64

/*
 * struct record - events of one access, store, kind and verdict
 * @first:	the first of them
 * @settled:	@range is what its address was, and others do not belong here
 * @low:	the lowest and the highest address
 * @harts:	that accessed, by bit; those above 63 are not shown
 */
struct record {
	struct event first;
	bool settled;
	enum range range;
	uint64_t low;
	uint64_t high;
	uint64_t harts;
	uint64_t count;
};

static struct record *records;
static size_t record_count;

static bool is_same(const struct event *a, const struct event *b)
{
	return a->pc == b->pc && a->store_pc == b->store_pc && a->kind == b->kind &&
	       a->verdict == b->verdict && a->why == b->why;
}

static struct record *find(const struct event *event)
{
	for (size_t i = 0; i < record_count; i++) {
		if (!records[i].settled && is_same(&records[i].first, event))
			return &records[i];
	}
	records = realloc(records, (record_count + 1) * sizeof(*records));
	if (!records)
		tlb_die("no memory for %zu records", record_count + 1);
	records[record_count] = (struct record){
		.first = *event, .low = event->va, .high = event->va,
	};
	return &records[record_count++];
}

void report_add(const struct event *event)
{
	struct record *record = find(event);

	record->count++;
	if (event->va < record->low)
		record->low = event->va;
	if (event->va > record->high)
		record->high = event->va;
	if (event->hart->index < MAX_HARTS_SHOWN)
		record->harts |= 1ul << event->hart->index;
}

void report_settle(void)
{
	for (size_t i = 0; i < record_count; i++) {
		const struct event *event = &records[i].first;

		if (!records[i].settled)
			records[i].range = linux_range(event->hart, event->va);
		records[i].settled = true;
	}
}

static int compare(const void *a, const void *b)
{
	const struct record *x = a;
	const struct record *y = b;

	if (x->first.verdict != y->first.verdict)
		return (int)y->first.verdict - (int)x->first.verdict;
	return x->count > y->count ? -1 : x->count < y->count;
}

static const char *const kinds[] = {
	[KIND_VALID] = "valid", [KIND_UPGRADE] = "upgrade", [KIND_STALE] = "stale",
	[KIND_UNMAPPED] = "unmapped",
};

static const char *const kind_texts[] = {
	[KIND_VALID] = "the entry became valid after the last fence that covers it",
	[KIND_UPGRADE] = "the entry got the permission after the last fence that covers it",
	[KIND_STALE] = "the entry led elsewhere before, and no fence covers the change",
	[KIND_UNMAPPED] = "the entry allows the access no more, but no fence covers the change",
};

static const char *const verdicts[] = {
	[VERDICT_HARMLESS] = "harmless", [VERDICT_ABSORBED] = "absorbed",
	[VERDICT_UNKNOWN] = "unknown", [VERDICT_KILL] = "would kill",
};

static const char *const accesses[] = {
	[ACCESS_READ] = "read", [ACCESS_WRITE] = "write", [ACCESS_FETCH] = "fetch",
};

static void name(uint64_t pc, char *to, size_t size)
{
	uint64_t offset;
	const char *symbol = symbols_name(pc, &offset);

	if (symbol)
		snprintf(to, size, "%s+0x%" PRIx64, symbol, offset);
	else
		to[0] = '\0';
}

static void write_text(FILE *file, const struct record *record)
{
	const struct event *event = &record->first;
	char by[160];
	char store[160];

	name(event->pc, by, sizeof(by));
	name(event->store_pc, store, sizeof(store));
	fprintf(file, "%s: %s", verdicts[event->verdict], kind_texts[event->kind]);
	fprintf(file, "%s%s\n", *event->why ? "; " : "", event->why);
	fprintf(file, "  access  %s of 0x%" PRIx64 ", %s", accesses[event->access], event->va,
		linux_range_name(record->range));
	if (event->shift)
		fprintf(file, ", in a mapping of %lu KiB", (1ul << event->shift) / 1024);
	fprintf(file, "\n  by      0x%" PRIx64 " %s on hart %u\n", event->pc, by,
		event->hart->index);
	fprintf(file, "  change  of an entry of level %d by 0x%" PRIx64 " %s on hart %u\n",
		event->level, event->store_pc, store, event->store_hart);
	fprintf(file, "  count   %" PRIu64 ", from 0x%" PRIx64 " to 0x%" PRIx64 ", harts 0x%" PRIx64
		"\n\n", record->count, record->low, record->high, record->harts);
}

static void write_json(FILE *file, const struct record *record)
{
	const struct event *event = &record->first;
	char by[160];
	char store[160];

	name(event->pc, by, sizeof(by));
	name(event->store_pc, store, sizeof(store));
	fprintf(file, "{\"verdict\":\"%s\",\"kind\":\"%s\",\"why\":\"%s\",\"access\":\"%s\",",
		verdicts[event->verdict], kinds[event->kind], event->why,
		accesses[event->access]);
	fprintf(file, "\"hart\":%u,\"pc\":\"0x%" PRIx64 "\",\"symbol\":\"%s\",",
		event->hart->index, event->pc, by);
	fprintf(file, "\"address\":\"0x%" PRIx64 "\",\"range\":\"%s\",\"level\":%d,\"shift\":%d,",
		event->va, linux_range_name(record->range), event->level, event->shift);
	fprintf(file, "\"store_hart\":%u,\"store_pc\":\"0x%" PRIx64 "\",\"store_symbol\":\"%s\",",
		event->store_hart, event->store_pc, store);
	fprintf(file, "\"low\":\"0x%" PRIx64 "\",\"high\":\"0x%" PRIx64 "\",\"harts\":\"0x%" PRIx64
		"\",\"count\":%" PRIu64 "}\n", record->low, record->high, record->harts,
		record->count);
}

static void write_end(FILE *text, FILE *json, const struct tally *tally)
{
	unsigned long by_verdict[VERDICTS] = { 0 };

	for (size_t i = 0; i < record_count; i++)
		by_verdict[records[i].first.verdict]++;
	if (text)
		fprintf(text, "end: %lu would kill, %lu unknown, %lu absorbed, %lu harmless; "
			"%" PRIu64 " checked, %" PRIu64 " verified, %" PRIu64 " differed\n",
			by_verdict[VERDICT_KILL], by_verdict[VERDICT_UNKNOWN],
			by_verdict[VERDICT_ABSORBED], by_verdict[VERDICT_HARMLESS],
			tally->checked, tally->verified, tally->differed);
	if (json)
		fprintf(json, "{\"end\":true,\"would_kill\":%lu,\"unknown\":%lu,\"absorbed\":%lu,"
			"\"harmless\":%lu,\"checked\":%" PRIu64 ",\"verified\":%" PRIu64
			",\"differed\":%" PRIu64 "}\n",
			by_verdict[VERDICT_KILL], by_verdict[VERDICT_UNKNOWN],
			by_verdict[VERDICT_ABSORBED], by_verdict[VERDICT_HARMLESS],
			tally->checked, tally->verified, tally->differed);
}

void report_write(FILE *text, FILE *json, const struct tally *tally)
{
	report_settle();
	if (record_count)
		qsort(records, record_count, sizeof(*records), compare);
	for (size_t i = 0; i < record_count; i++) {
		if (text)
			write_text(text, &records[i]);
		if (json)
			write_json(json, &records[i]);
	}
	write_end(text, json, tally);
	if (text && fclose(text))
		tlb_die("the report cannot be written: %m");
	if (json && fclose(json))
		tlb_die("the report cannot be written: %m");
}
