// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the tables. A row that cannot be understood is an error that names
 * file, line and word: a cell that is silently not run would count as a pass.
 */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "util.h"

#define NUMBER(_name, _member, _max, _named, _argument) \
	{ .name = _name, .type = CELL_NUMBER, .offset = offsetof(struct cell, _member), \
	  .max = _max, .named = _named, .argument = _argument }
#define FLAG(_name, _value, _member, _named, _argument) \
	{ .name = _name, .value = _value, .type = CELL_FLAG, \
	  .offset = offsetof(struct cell, _member), .named = _named, .argument = _argument }
#define TEXT(_type, _name, _member, _named, _argument) \
	{ .name = _name, .type = _type, .offset = offsetof(struct cell, _member), \
	  .size = sizeof_member(struct cell, _member), .named = _named, .argument = _argument }

/* An option is one line here; the names of cells have them in this order */
const struct cell_option cell_options[] = {
	NUMBER("nr_cpus", nr_cpus, MAX_HARTS, true, "nr_cpus"),
	NUMBER("maxcpus", maxcpus, MAX_HARTS, true, "maxcpus"),
	NUMBER("fault", fault, 99, true, "fault"),
	FLAG("numa", "off", numa_off, true, "numa"),
	TEXT(CELL_WORD, "cma", cma, true, "cma"),
	TEXT(CELL_WORD, "crashkernel", crashkernel, true, "crashkernel"),
	FLAG("units", "any", units_anywhere, false, NULL),
	FLAG("kvm", NULL, kvm, true, NULL),
	NUMBER("kexec", kexecs, 9, true, "percpu.kexec"),
	TEXT(CELL_LIST, "crash", crash, true, "percpu.crash"),
	TEXT(CELL_LIST, "lkdtm", lkdtm, true, "percpu.lkdtm"),
	FLAG("disk", NULL, disk, true, "resume=/dev/vda"),
	FLAG("noresume", NULL, noresume, true, "noresume"),
	NUMBER("transitions", transitions, 1000000, true, "percpu.transitions"),
	TEXT(CELL_LIST, "tests", tests, true, "percpu.tests"),
	TEXT(CELL_WORD, "initrd", initrd, false, NULL),
	FLAG("tlb", "sanitize", sanitize, true, NULL),
	FLAG("tlb", "bench", bench, true, NULL),
	NUMBER("timeout", timeout, 86400, false, "percpu.timeout"),
	{ }
};

static const struct machine *find_machine(const struct table *table, const char *name)
{
	size_t i;

	for (i = 0; i < table->nr_machines; i++)
		if (!strcmp(table->machines[i]->name, name))
			return table->machines[i];
	return NULL;
}

static bool parse_machine(struct row *row, void *arg)
{
	struct table *table = arg;
	struct machine machine;

	if (!machine_parse(row, &machine))
		return false;
	if (find_machine(table, machine.name))
		return row_error(row, "second machine of that name", machine.name);
	table->machines = xrealloc(table->machines,
				   (table->nr_machines + 1) * sizeof(*table->machines));
	table->machines[table->nr_machines] = xrealloc(NULL, sizeof(machine));
	*table->machines[table->nr_machines++] = machine;
	return true;
}

bool table_read_machines(struct table *table, const char *path)
{
	return read_rows(path, parse_machine, table);
}

static const struct change *find_change(const struct table *table, const char *name)
{
	size_t i;

	for (i = 0; i < table->nr_changes; i++)
		if (!strcmp(table->changes[i].name, name))
			return &table->changes[i];
	return NULL;
}

static unsigned int count_commits(const struct table *table)
{
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < table->nr_changes; i++)
		count += table->changes[i].number > 0;
	return count;
}

static bool parse_change(struct row *row, void *arg)
{
	struct table *table = arg;
	struct change change = { 0 };

	if (row->nr_words < 2)
		return row_error(row, "want a change and its state, not", row->words[0]);
	if (!copy_word(change.name, sizeof(change.name), row->words[0]))
		return row_error(row, "name too long", row->words[0]);
	if (!strcmp(row->words[1], "ADD"))
		change.number = count_commits(table) + 1;
	change.present = change.number || !strcmp(row->words[1], "PRESENT");
	table->changes = xrealloc(table->changes,
				  (table->nr_changes + 1) * sizeof(*table->changes));
	table->changes[table->nr_changes++] = change;
	return true;
}

/* What scripts/compose reported of the base; to be read before any cell */
bool table_read_series(struct table *table, const char *path)
{
	return read_rows(path, parse_change, table);
}

static bool one_of(const char *word, const char * const *list)
{
	while (*list && strcmp(word, *list))
		list++;
	return *list;
}

/* The words of a control, from "fails" on */
static bool parse_control(const struct row *row, unsigned int i, struct cell *cell)
{
	regex_t regex;

	if (row->nr_words != i + 3)
		return row_error(row, "want \"fails VERDICT CONSOLE\" at the end of",
				 row->words[0]);
	cell->fails = verdict_from_name(row->words[i + 1]);
	if (cell->fails == NR_VERDICTS || cell->fails == VERDICT_PASS ||
	    cell->fails == VERDICT_HARNESS)
		return row_error(row, "not a verdict that a control can have",
				 row->words[i + 1]);
	if (!copy_word(cell->console, sizeof(cell->console), row->words[i + 2]) ||
	    regcomp(&regex, cell->console, REG_EXTENDED | REG_NOSUB))
		return row_error(row, "not an extended regular expression", row->words[i + 2]);
	regfree(&regex);
	return true;
}

static void replace(char *text, char from, char to)
{
	for (; *text; text++)
		if (*text == from)
			*text = to;
}

static const char *value_of(const char *word, const char *name)
{
	size_t len = strlen(name);

	return strncmp(word, name, len) || word[len] != '=' ? NULL : word + len + 1;
}

/* "A+B" in the table is "A,B" in the cell, as on the command line */
static bool parse_list(const char *value, char *list, size_t size)
{
	if (!*value || !copy_word(list, size, value))
		return false;
	replace(list, '+', ',');
	return true;
}

static bool option_set(const struct cell_option *option, const struct row *row,
		       const char *word, struct cell *cell)
{
	const char *value = value_of(word, option->name);
	void *member = (char *)cell + option->offset;
	char *end;

	switch (option->type) {
	case CELL_FLAG:
		*(bool *)member = true;
		return true;
	case CELL_NUMBER:
		return (parse_number(value, &end, option->max, member) && !*end &&
			*(unsigned int *)member) ||
		       row_error(row, "not a number that it can have", word);
	case CELL_WORD:
		return (*value && copy_word(member, option->size, value)) ||
		       row_error(row, "no name, or too long", word);
	default:
		return parse_list(value, member, option->size) ||
		       row_error(row, "not a list", word);
	}
}

/* Is @word this option? Of a flag, with its one value */
static bool is_option(const struct cell_option *option, const char *word)
{
	const char *value = value_of(word, option->name);

	if (option->type != CELL_FLAG)
		return value;
	return option->value ? value && !strcmp(value, option->value) :
			       !strcmp(word, option->name);
}

static bool parse_option(const struct row *row, const char *word, struct cell *cell)
{
	const struct cell_option *option = cell_options;
	char *before __free(free) = NULL;

	while (option->name && !is_option(option, word))
		option++;
	if (!option->name)
		return row_error(row, "no such option of a cell", word);
	before = cell_option_get(option, cell);
	if (before)
		return row_error(row, "given twice", word);
	return option_set(option, row, word, cell);
}

/* As the cell has it, empty for a flag without a value, owned by the caller; NULL if not set */
char *cell_option_get(const struct cell_option *option, const struct cell *cell)
{
	const void *member = (const char *)cell + option->offset;
	unsigned int number;

	switch (option->type) {
	case CELL_FLAG:
		return *(const bool *)member ?
			xasprintf("%s", option->value ? option->value : "") : NULL;
	case CELL_NUMBER:
		number = *(const unsigned int *)member;
		return number ? xasprintf("%u", number) : NULL;
	default:
		return *(const char *)member ? xasprintf("%s", (const char *)member) : NULL;
	}
}

static void print_options(FILE *file, const struct cell *cell, char before, bool named)
{
	const struct cell_option *option;

	for (option = cell_options; option->name; option++) {
		char *value __free(free) = cell_option_get(option, cell);

		if (!value || (named && !option->named))
			continue;
		replace(value, ',', '+');
		fprintf(file, "%c%s%s%s", before, option->name, *value ? "=" : "", value);
	}
}

/* Each after a blank */
void cell_print_arguments(FILE *file, const struct cell *cell)
{
	const struct cell_option *option;

	for (option = cell_options; option->name; option++) {
		char *value __free(free) = cell_option_get(option, cell);

		if (value && option->argument)
			fprintf(file, " %s%s%s", option->argument, *value ? "=" : "", value);
	}
}

/* As a row: its base, then what tables/cells has */
void cell_print(FILE *file, const struct cell *cell)
{
	fprintf(file, "%s %s %s %s %s %s", cell->base, cell->kernel, cell->machine->name,
		cell->paging, *cell->alloc ? cell->alloc : "-", cell->chunk);
	print_options(file, cell, ' ', false);
	if (cell->fails != VERDICT_PASS)
		fprintf(file, " fails %s %s", verdict_name(cell->fails), cell->console);
	fputc('\n', file);
}

static bool set_name(const struct row *row, struct cell *cell)
{
	char *name __free(free) = NULL;
	size_t size;
	FILE *file = open_memstream(&name, &size);

	fprintf(file, "%s.%s.%s.%s.%s", cell->base, cell->kernel,
		*cell->alloc ? cell->alloc : "auto", cell->paging, cell->machine->name);
	print_options(file, cell, '.', true);
	fclose(file);
	return copy_word(cell->name, sizeof(cell->name), name) ||
	       row_error(row, "name too long", name);
}

/* NAME@N is the series' commit N, which need not be the last one */
static bool commit_has(const struct table *table, const struct cell *cell,
		       const struct change *change)
{
	const char *at = strchr(cell->kernel, '@');
	unsigned int commit = at ? strtoul(at + 1, NULL, 10) : 0;

	return change->present && (!at || (commit >= change->number &&
					   commit < count_commits(table)));
}

static bool is_condition(const char *word)
{
	return value_of(word, "adds") || value_of(word, "has") || value_of(word, "before");
}

/* Such a row is for some bases only, by what became of a change there */
static bool parse_condition(const struct row *row, const char *word,
			    const struct table *table, const struct cell *cell, bool *counts)
{
	const struct change *change = find_change(table, strchr(word, '=') + 1);
	const char *at = strchr(cell->kernel, '@');

	if (!table->nr_changes)
		return true;
	if (!change)
		return row_error(row, "no such change in the series", word);
	if (value_of(word, "adds"))
		*counts &= change->number > 0;
	else if (value_of(word, "has"))
		*counts &= commit_has(table, cell, change);
	else
		*counts &= at && strtoul(at + 1, NULL, 10) < change->number;
	return true;
}

static bool list_has(const char *list, const char *word, size_t len)
{
	while (strncmp(list, word, len) || (list[len] && list[len] != ',')) {
		list = strchr(list, ',');
		if (!list)
			return false;
		list++;
	}
	return true;
}

/* A row that names sets belongs to these alone */
static bool is_wanted(const struct table *table, const struct cell *cell)
{
	const char *word = cell->in;
	size_t len;

	if (!table->in || !*word)
		return true;
	for (; *word; word += len + (word[len] == ',')) {
		len = strcspn(word, ",");
		if (list_has(table->in, word, len))
			return true;
	}
	return false;
}

/* From the sixth word on; reports whether the row counts */
static bool parse_options(const struct row *row, const struct table *table, struct cell *cell,
			  bool *counts)
{
	unsigned int i;

	for (i = 5; i < row->nr_words && strcmp(row->words[i], "fails"); i++) {
		const char *word = row->words[i], *in = value_of(word, "in");
		bool ok = true;

		if (in)
			ok = parse_list(in, cell->in, sizeof(cell->in)) ||
			     row_error(row, "not a list", word);
		else if (is_condition(word))
			ok = parse_condition(row, word, table, cell, counts);
		else
			ok = parse_option(row, word, cell);
		if (!ok)
			return false;
	}
	*counts &= is_wanted(table, cell);
	return i == row->nr_words || parse_control(row, i, cell);
}

/* The host starts a guest of KVM without a device tree of ours */
static bool check_kvm(const struct row *row, const struct machine *machine)
{
	return (machine->nr_nodes == 1 && machine->boot < 0 &&
		machine->possible == machine->harts &&
		machine_last_id(machine) == machine->harts - 1) ||
	       row_error(row, "kvm wants a machine with one node and nothing else",
			 machine->name);
}

/* What a crash kernel finds is judged like what kexec leads to */
static bool check_crash(const struct row *row, const struct cell *cell)
{
	return cell->kexecs == 1 || row_error(row, "crash= wants kexec=1", cell->crash);
}

static bool parse_words(const struct row *row, const struct table *table, struct cell *cell)
{
	static const char * const pagings[] = { "sv39", "sv48", "sv57", NULL };
	static const char * const allocs[] = { "-", "embed", "page", NULL };
	static const char * const chunks[] = { "embed", "page", NULL };

	if (!copy_word(cell->kernel, sizeof(cell->kernel), row->words[0]))
		return row_error(row, "name too long", row->words[0]);
	cell->machine = find_machine(table, row->words[1]);
	if (!cell->machine)
		return row_error(row, "no such machine", row->words[1]);
	if (!one_of(row->words[2], pagings))
		return row_error(row, "not sv39, sv48 or sv57", row->words[2]);
	if (!one_of(row->words[3], allocs))
		return row_error(row, "not embed, page or -", row->words[3]);
	if (!one_of(row->words[4], chunks))
		return row_error(row, "not embed or page", row->words[4]);
	strcpy(cell->paging, row->words[2]);
	strcpy(cell->alloc, *row->words[3] == '-' ? "" : row->words[3]);
	strcpy(cell->chunk, row->words[4]);
	return true;
}

struct cells_arg {
	struct table *table;
	const char *base;
};

static bool parse_one_cell(struct row *row, struct cells_arg *arg)
{
	struct cell cell = { .fails = VERDICT_PASS };
	struct table *table = arg->table;
	bool counts = true;
	size_t i;

	if (!copy_word(cell.base, sizeof(cell.base), arg->base))
		return row_error(row, "name too long", arg->base);
	if (!parse_words(row, table, &cell) || !parse_options(row, table, &cell, &counts) ||
	    (cell.kvm && !check_kvm(row, cell.machine)) ||
	    (*cell.crash && !check_crash(row, &cell)) || !set_name(row, &cell))
		return false;
	if (!counts)
		return true;
	for (i = 0; i < table->nr_cells; i++)
		if (!strcmp(table->cells[i].name, cell.name))
			return row_error(row, "second cell of that name", cell.name);
	table->cells = xrealloc(table->cells, (table->nr_cells + 1) * sizeof(cell));
	table->cells[table->nr_cells++] = cell;
	return true;
}

/*
 * NAME@each is NAME@N for each commit of the series but the last, which is NAME.
 * The latest comes first: from one kernel to the next little has to be built.
 */
static bool parse_each_commit(struct row *row, size_t length, struct cells_arg *arg)
{
	const char *each = row->words[0];
	unsigned int commit = count_commits(arg->table);
	char kernel[NAME_SIZE];

	while (commit-- > 1) {
		if ((size_t)snprintf(kernel, sizeof(kernel), "%.*s@%u", (int)length, each,
				     commit) >= sizeof(kernel))
			return row_error(row, "name too long", each);
		row->words[0] = kernel;
		if (!parse_one_cell(row, arg))
			return false;
	}
	return true;
}

static bool parse_cell(struct row *row, void *arg)
{
	const char *at;

	if (row->nr_words < 5)
		return row_error(row, "want kernel, machine, paging, alloc and first chunk, not",
				 row->words[0]);
	at = strchr(row->words[0], '@');
	if (at && !strcmp(at, "@each"))
		return parse_each_commit(row, at - row->words[0], arg);
	return parse_one_cell(row, arg);
}

bool table_read_cells(struct table *table, const char *path, const char *base)
{
	struct cells_arg arg = { .table = table, .base = base };

	return read_rows(path, parse_cell, &arg);
}

/* Its machine, then the cell after its base */
static bool parse_machine_or_cell(struct row *row, void *arg)
{
	struct cells_arg cells = { .table = arg, .base = row->words[0] };

	if (!cells.table->nr_machines)
		return parse_machine(row, arg);
	if (row->nr_words < 6 || cells.table->nr_cells)
		return row_error(row, "want a machine, then base and cell, not", row->words[0]);
	memmove(row->words, row->words + 1, --row->nr_words * sizeof(*row->words));
	return parse_one_cell(row, &cells);
}

/* What cell_write() wrote: a machine and a cell */
bool table_read_cell(struct table *table, const char *path)
{
	if (!read_rows(path, parse_machine_or_cell, table))
		return false;
	if (table->nr_cells != 1)
		error("%s: no cell in it", path);
	return table->nr_cells == 1;
}

bool cell_write(const struct cell *cell, const char *path)
{
	char *rows __free(free) = cell_rows(cell);

	return write_file(path, rows, strlen(rows));
}

/* The rows of its machine and of itself */
char *cell_rows(const struct cell *cell)
{
	char *rows = NULL;
	size_t size;
	FILE *file = open_memstream(&rows, &size);

	machine_print(file, cell->machine);
	cell_print(file, cell);
	fclose(file);
	return rows;
}

/* A cell and its machine in one piece, for free() */
struct cell *cell_copy(const struct cell *cell)
{
	struct {
		struct cell cell;
		struct machine machine;
	} *copy = xrealloc(NULL, sizeof(*copy));

	copy->cell = *cell;
	copy->machine = *cell->machine;
	copy->cell.machine = &copy->machine;
	return &copy->cell;
}

void table_free(struct table *table)
{
	size_t i;

	for (i = 0; i < table->nr_machines; i++)
		free(table->machines[i]);
	free(table->machines);
	free(table->cells);
	free(table->changes);
	*table = (struct table){ 0 };
}

static unsigned int limit(unsigned int number, unsigned int max)
{
	return max && max < number ? max : number;
}

unsigned int cell_harts(const struct cell *cell)
{
	return limit(limit(cell->machine->harts, cell->nr_cpus), cell->maxcpus);
}

unsigned int cell_possible(const struct cell *cell)
{
	return limit(cell->machine->possible, cell->nr_cpus);
}
