// SPDX-License-Identifier: GPL-2.0-only
/*
 * A structure of a TLB is a number of sets; the tags of a set lie in the order of their last
 * use, so that the last one is the one to be replaced (LRU). Pseudo-LRU, which hardware has,
 * comes near to that.
 *
 * A TLB is filled when the page tables have been walked, at both levels; an L1 that misses is
 * filled from the L2. Nothing is prefetched, and what is replaced in the L2 stays in the L1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* One tag */
struct tag {
	uint64_t number;	/* address >> shift / sectors, or the address of a table entry */
	uint64_t sectors;	/* which of its pages are there, a bit each; 0: the tag is free */
	uint16_t asid;
	uint8_t shift;		/* of what an entry holds */
	uint8_t span;		/* of the mapping, of which an entry may be a slice */
	bool global;
};

struct array {
	const struct model_structure *structure;
	unsigned int sets;
	struct tag *tags;
};

struct model_tlb {
	const struct model *model;
	struct array arrays[MODEL_STRUCTURES];
};

static const struct {
	const char *name;
	unsigned int shift;
} pages[MODEL_PAGES] = {
	[MODEL_4K] = { "4K", 12 },
	[MODEL_64K] = { "64K", 16 },
	[MODEL_2M] = { "2M", 21 },
	[MODEL_1G] = { "1G", 30 },
	[MODEL_512G] = { "512G", 39 },
};

unsigned int model_shift(enum model_page page)
{
	return pages[page].shift;
}

bool model_parse_page(const char *text, size_t len, enum model_page *page)
{
	for (*page = 0; *page < MODEL_PAGES; ++*page)
		if (strlen(pages[*page].name) == len && !strncmp(pages[*page].name, text, len))
			return true;
	return false;
}

/* --- the file --- */

struct reader {
	const char *path;
	unsigned int line;
	struct model *models;
	size_t nr;
};

static bool complain(const struct reader *reader, const char *what, const char *word)
{
	fprintf(stderr, "tlb: %s:%u: %s: %s; see the comment at its top\n", reader->path,
		reader->line, what, word);
	return false;
}

static bool parse_number(const char *word, unsigned int *number)
{
	char *end;
	unsigned long value = strtoul(word, &end, 10);

	*number = value;
	return *word >= '0' && *word <= '9' && !*end && value && value <= 1 << 20;
}

/* "4K,2M/4K": 4K whole, 2M in slices of 4K */
static bool parse_pages(const char *word, struct model_structure *structure)
{
	enum model_page page;
	size_t len;
	bool slices;

	for (; *word; word += len + (word[len] == ',')) {
		len = strcspn(word, ",");
		slices = len > 3 && !strncmp(word + len - 3, "/4K", 3);
		if (!model_parse_page(word, len - 3 * slices, &page))
			return false;
		(slices ? structure->sliced : structure->whole)[page] = true;
	}
	return true;
}

static bool parse_level(const char *word, enum model_level *level)
{
	static const char * const names[] = {
		[MODEL_L1] = "l1", [MODEL_L2] = "l2", [MODEL_WALK] = "walk",
	};

	for (*level = MODEL_L1; *level <= MODEL_WALK; ++*level)
		if (!strcmp(word, names[*level]))
			return true;
	return false;
}

static struct model *find_model(struct reader *reader, const char *name)
{
	struct model *model = reader->nr ? &reader->models[reader->nr - 1] : NULL;

	if (model && !strcmp(model->name, name))
		return model;
	reader->models = realloc(reader->models, (reader->nr + 1) * sizeof(*model));
	if (!reader->models)
		abort();
	model = &reader->models[reader->nr++];
	*model = (struct model){ .asids = true };
	snprintf(model->name, sizeof(model->name), "%s", name);
	return model;
}

static bool is_power_of_2(unsigned int number)
{
	return number && !(number & (number - 1));
}

/* The number of sets; 0 if the geometry is none */
static unsigned int count_sets(const struct model_structure *structure)
{
	unsigned int in_set = structure->ways * structure->sectors;
	unsigned int sets = structure->entries / in_set;

	return sets * in_set == structure->entries && is_power_of_2(sets) ? sets : 0;
}

static bool parse_options(struct reader *reader, char *rest, struct model *model,
			  struct model_structure *structure)
{
	const char *word;

	while ((word = strsep(&rest, " \t"))) {
		if (!*word)
			continue;
		if (!strcmp(word, "asids=no"))
			model->asids = false;
		else if (strncmp(word, "sectors=", 8) ||
			 !parse_number(word + 8, &structure->sectors) ||
			 !is_power_of_2(structure->sectors) || structure->sectors > 64)
			return complain(reader, "no such option", word);
	}
	return true;
}

static bool parse_row(struct reader *reader, const char *row)
{
	char name[32], level[8], entries[16], ways[16], sizes[64];
	struct model_structure structure = { .sectors = 1 };
	struct model *model;
	char rest[128];
	int end = 0;

	if (sscanf(row, "%31s %7s %15s %15s %63s %n", name, level, entries, ways, sizes, &end) != 5)
		return complain(reader, "want model, level, entries, ways and pages", row);
	snprintf(rest, sizeof(rest), "%s", row + end);
	model = find_model(reader, name);
	if (model->nr == MODEL_STRUCTURES)
		return complain(reader, "too many structures", name);
	if (!parse_options(reader, rest, model, &structure))
		return false;
	if (!parse_level(level, &structure.level))
		return complain(reader, "not l1, l2 or walk", level);
	if (!parse_number(entries, &structure.entries))
		return complain(reader, "not a number of entries", entries);
	structure.ways = structure.entries / structure.sectors;
	if (strcmp(ways, "full") && !parse_number(ways, &structure.ways))
		return complain(reader, "not a number of ways", ways);
	if (!structure.ways || !count_sets(&structure))
		return complain(reader, "sets must be a power of two", row);
	if (structure.level != MODEL_WALK && !parse_pages(sizes, &structure))
		return complain(reader, "not sizes of pages", sizes);
	model->structures[model->nr++] = structure;
	return true;
}

bool models_read(const char *path, struct model **models, size_t *nr)
{
	struct reader reader = { .path = path };
	FILE *file = fopen(path, "re");
	char row[256];
	bool ok = file;

	if (!file)
		fprintf(stderr, "tlb: cannot read %s; models= names a file like tools/tlb/models\n",
			path);
	while (ok && fgets(row, sizeof(row), file)) {
		reader.line++;
		row[strcspn(row, "#\n")] = '\0';
		if (row[strspn(row, " \t")])
			ok = parse_row(&reader, row);
	}
	if (ok && !reader.nr)
		ok = complain(&reader, "no model", path);
	if (file)
		fclose(file);
	if (!ok) {
		free(reader.models);
		return false;
	}
	*models = reader.models;
	*nr = reader.nr;
	return true;
}

/* --- a TLB --- */

struct model_tlb *model_tlb_new(const struct model *model)
{
	struct model_tlb *tlb = calloc(1, sizeof(*tlb));
	unsigned int i;

	if (!tlb)
		abort();
	tlb->model = model;
	for (i = 0; i < model->nr; i++) {
		const struct model_structure *structure = &model->structures[i];
		struct array *array = &tlb->arrays[i];

		array->structure = structure;
		array->sets = count_sets(structure);
		array->tags = calloc(array->sets * structure->ways, sizeof(*array->tags));
		if (!array->tags)
			abort();
	}
	return tlb;
}

void model_tlb_free(struct model_tlb *tlb)
{
	unsigned int i;

	for (i = 0; i < tlb->model->nr; i++)
		free(tlb->arrays[i].tags);
	free(tlb);
}

/* Moves a tag to the front of its set: the last one used */
static void touch(struct tag *set, unsigned int i)
{
	struct tag tag = set[i];

	if (!i)
		return;
	memmove(set + 1, set, i * sizeof(*set));
	set[0] = tag;
}

static bool same_tag(const struct tag *a, const struct tag *b)
{
	return a->sectors && a->number == b->number && a->shift == b->shift &&
	       (a->global || a->asid == b->asid);
}

/* Is @wanted there? What is not is put there. */
static bool take(struct array *array, const struct tag *wanted)
{
	unsigned int i, ways = array->structure->ways;
	struct tag *set = array->tags + (wanted->number & (array->sets - 1)) * ways;
	bool hit;

	for (i = 0; i < ways && !same_tag(&set[i], wanted); i++)
		;
	if (i < ways) {
		touch(set, i);
		hit = set[0].sectors & wanted->sectors;
		set[0].sectors |= wanted->sectors;
		return hit;
	}
	touch(set, ways - 1);
	set[0] = *wanted;
	return false;
}

/* Without Svnapot 64K is sixteen times 4K */
static enum model_page held_as(const struct model_structure *structure, enum model_page page)
{
	if (structure->whole[page])
		return page;
	if (structure->sliced[page] || page == MODEL_64K)
		return MODEL_4K;
	return MODEL_PAGES;
}

/* The entry that holds @mapping; false if the structure holds none of that size */
static bool make_tag(const struct model_structure *structure, const struct model_mapping *mapping,
		     struct tag *tag)
{
	enum model_page page = held_as(structure, mapping->page);
	uint64_t number;

	if (page == MODEL_PAGES || (page == MODEL_4K && !structure->whole[MODEL_4K]))
		return false;
	number = mapping->va >> model_shift(page);
	*tag = (struct tag){
		.number = number / structure->sectors,
		.sectors = 1ULL << number % structure->sectors,
		.asid = mapping->asid,
		.shift = model_shift(page),
		.span = model_shift(mapping->page),
		.global = mapping->global,
	};
	return true;
}

/* Does the level have the mapping? If not it has it from now on. */
static bool level_has(struct model_tlb *tlb, enum model_level level,
		      const struct model_mapping *mapping)
{
	bool hit = false;
	struct tag tag;
	unsigned int i;

	for (i = 0; i < tlb->model->nr; i++) {
		struct array *array = &tlb->arrays[i];

		if (array->structure->level == level && make_tag(array->structure, mapping, &tag))
			hit |= take(array, &tag);
	}
	return hit;
}

static struct array *find_walk_cache(struct model_tlb *tlb)
{
	unsigned int i;

	for (i = 0; i < tlb->model->nr; i++)
		if (tlb->arrays[i].structure->level == MODEL_WALK)
			return &tlb->arrays[i];
	return NULL;
}

/* How many entries of page tables the walk reads from memory; the leaf is one in any case */
static unsigned int walk(struct model_tlb *tlb, const struct model_mapping *mapping)
{
	struct array *cache = find_walk_cache(tlb);
	unsigned int level, refs = 1;

	for (level = 0; level + 1 < mapping->levels; level++) {
		const struct tag tag = { .number = mapping->pte[level] / 8, .sectors = 1,
					 .global = true };

		refs += !cache || !take(cache, &tag);
	}
	return refs;
}

struct model_result model_access(struct model_tlb *tlb, const struct model_mapping *mapping)
{
	struct model_result result = { 0 };

	if (level_has(tlb, MODEL_L1, mapping))
		return result;
	result.l1_miss = true;
	if (level_has(tlb, MODEL_L2, mapping))
		return result;
	result.l2_miss = true;
	result.walk_refs = walk(tlb, mapping);
	return result;
}

static void fence_tag(const struct model_structure *structure, struct tag *tag,
		      const struct fence *fence)
{
	uint64_t number = fence->va >> tag->shift;

	if (fence->by_asid && (tag->global || tag->asid != fence->asid))
		return;
	if (!fence->by_address)
		tag->sectors = 0;
	else if (tag->span > tag->shift)
		tag->sectors = tag->number * structure->sectors >> (tag->span - tag->shift) ==
			       fence->va >> tag->span ? 0 : tag->sectors;
	else if (tag->number == number / structure->sectors)
		tag->sectors &= ~(1ULL << number % structure->sectors);
}

static void fence_array(struct array *array, const struct fence *fence)
{
	unsigned int i, nr = array->sets * array->structure->ways;

	/* Entries above the leaf are ordered by a fence without an address alone */
	if (array->structure->level == MODEL_WALK) {
		if (!fence->by_address)
			memset(array->tags, 0, nr * sizeof(*array->tags));
		return;
	}
	for (i = 0; i < nr; i++)
		fence_tag(array->structure, &array->tags[i], fence);
}

void model_fence(struct model_tlb *tlb, const struct fence *fence)
{
	struct fence effective = *fence;
	unsigned int i;

	/* Without ASIDs the operand is ignored */
	effective.by_asid &= tlb->model->asids;
	for (i = 0; i < tlb->model->nr; i++)
		fence_array(&tlb->arrays[i], &effective);
}

void model_switch(struct model_tlb *tlb)
{
	const struct fence all = { 0 };

	if (!tlb->model->asids)
		model_fence(tlb, &all);
}
