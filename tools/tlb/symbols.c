// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's symbols: lines of address, type and name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbols.h"
#include "tlb.h"

struct symbol {
	uint64_t address;
	char *name;
};

/* By address, and by name */
static struct symbol *symbols;
static struct symbol *names;
static size_t count;
static uint64_t moved;

static int compare(const void *a, const void *b)
{
	const struct symbol *x = a;
	const struct symbol *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct symbol *)a)->name, ((const struct symbol *)b)->name);
}

static void add(uint64_t address, const char *name)
{
	/* Twice as many whenever the number is a power of two */
	if (!(count & (count - 1)))
		symbols = realloc(symbols, (count ? 2 * count : 1) * sizeof(*symbols));
	if (symbols)
		symbols[count] = (struct symbol){ address, strdup(name) };
	if (!symbols || !symbols[count].name)
		tlb_die("no memory for the kernel's symbols");
	count++;
}

/* The assembler's own marks, such as $x, say nothing */
static void read_line(const char *line)
{
	unsigned long address;
	char name[256];
	char type;

	if (sscanf(line, "%lx %c %255s", &address, &type, name) == 3 && address && name[0] != '$' &&
	    strncmp(name, ".L", 2))
		add(address, name);
}

void symbols_load(const char *path)
{
	char line[512];
	FILE *file = fopen(path, "r");

	if (!file)
		tlb_die("symbols=%s: %m", path);
	while (fgets(line, sizeof(line), file))
		read_line(line);
	fclose(file);
	if (!count)
		tlb_die("symbols=%s: no line has an address, a type and a name", path);
	qsort(symbols, count, sizeof(*symbols), compare);
	names = malloc(count * sizeof(*names));
	if (!names)
		tlb_die("no memory for the kernel's symbols");
	memcpy(names, symbols, count * sizeof(*names));
	qsort(names, count, sizeof(*names), compare_names);
}

bool symbols_loaded(void)
{
	return count;
}

void symbols_move(uint64_t by)
{
	moved = by;
}

uint64_t symbols_find(const char *name)
{
	struct symbol key = { .name = (char *)name };
	struct symbol *found = bsearch(&key, names, count, sizeof(*names), compare_names);

	return found ? found->address + moved : 0;
}

const char *symbols_name(uint64_t address, uint64_t *offset)
{
	size_t low = 0;
	size_t high = count;

	/* The first symbol above */
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (symbols[middle].address + moved <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || address - symbols[low - 1].address - moved >= 16 << 20)
		return NULL;
	*offset = address - symbols[low - 1].address - moved;
	return symbols[low - 1].name;
}
