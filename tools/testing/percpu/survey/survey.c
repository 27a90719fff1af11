// SPDX-License-Identifier: GPL-2.0-only
/*
 * Draws conclusions from all boots together. Each says what was seen; what no boot
 * can show, or what this kernel did not let us see, is said to be unknown.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "survey.h"
#include "util.h"

#define COLUMNS		100
#define TEXT_COLUMN	18

#define EXIT_WRONG	1
#define EXIT_TROUBLE	2
#define EXIT_NOTHING	4

#define ENABLE		"riscv-percpu-page-first-chunk"
#define BOOT_DATA	"riscv-cpu_ops_sbi-boot_data"
#define EARLY_FLUSH	"mm-flush_cache_vmap_early"
#define STEAL_TIME	"riscv-paravirt-steal_time-phys"

/* Which boots a conclusion is drawn from */
typedef bool (*pick_fn)(const struct seen *seen);

static bool is_asked_page(const struct seen *seen)
{
	return !strcmp(seen->cell->alloc, "page");
}

static bool is_asked_embed(const struct seen *seen)
{
	return !strcmp(seen->cell->alloc, "embed");
}

static bool has_page(const struct seen *seen)
{
	return !strcmp(seen->chunk, "page");
}

static bool has_embed(const struct seen *seen)
{
	return !strcmp(seen->chunk, "embed");
}

static bool is_panic(const struct seen *seen)
{
	return seen->verdict == VERDICT_PANIC;
}

static bool loses_harts(const struct seen *seen)
{
	return seen->online && seen->online < seen_harts(seen);
}

/* The guest or the kernel has said how many harts there are */
static bool has_harts(const struct seen *seen)
{
	return seen->online;
}

/* Its nodes are far apart, as they are wherever the allocator is not asked for */
static bool is_far(const struct seen *seen)
{
	return !*seen->cell->alloc;
}

/* A kernel without this paging mode takes the next smaller one, with other limits */
static bool is_auto(const struct seen *seen)
{
	return is_far(seen) &&
	       (!*seen->paging || !strcmp(seen->cell->paging, seen->paging));
}

static bool is_too_far(const struct seen *seen)
{
	return is_auto(seen) && !strcmp(seen->cell->chunk, "page");
}

static bool is_near_enough(const struct seen *seen)
{
	return is_auto(seen) && !strcmp(seen->cell->chunk, "embed");
}

static bool is_local(const struct seen *seen)
{
	return seen->units == UNITS_LOCAL;
}

static bool is_elsewhere(const struct seen *seen)
{
	return seen->units == UNITS_ELSEWHERE;
}

static bool knows_no_nodes(const struct seen *seen)
{
	return seen->units == UNITS_NO_NODES;
}

/* It has said its name */
static bool is_named(const struct seen *seen)
{
	return *seen->version;
}

static bool is_unstamped(const struct seen *seen)
{
	return is_named(seen) && !seen->stamped;
}

static bool has_splat(const struct seen *seen)
{
	return *seen->console.splat;
}

static bool answers(const struct seen *seen)
{
	return seen->answered;
}

static bool answers_in_log(const struct seen *seen)
{
	return seen->channel == CHANNEL_LOG;
}

static bool is_logged(const struct seen *seen)
{
	return seen->logged;
}

static bool is_wrong(const struct seen *seen)
{
	return seen->wrong.n;
}

static bool is_deaf(const struct seen *seen)
{
	return seen->deaf;
}

static bool is_late(const struct seen *seen)
{
	return seen->verdict == VERDICT_TIMEOUT;
}

static bool is_trouble(const struct seen *seen)
{
	return seen->verdict == VERDICT_HARNESS || seen->verdict == VERDICT_CRASH;
}

/* How many boots are such, and also @and if there is one */
static unsigned int count(const struct survey *survey, pick_fn pick, pick_fn and)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < survey->nr; i++)
		n += pick(&survey->seen[i]) && (!and || and(&survey->seen[i]));
	return n;
}

static const struct seen *find(const struct survey *survey, pick_fn pick, pick_fn and)
{
	size_t i;

	for (i = 0; i < survey->nr; i++)
		if (pick(&survey->seen[i]) && (!and || and(&survey->seen[i])))
			return &survey->seen[i];
	return NULL;
}

/* A symbol of the kernel: its type, with where it is in the Image; '\0' if there is none */
static char find_symbol(const struct survey *survey, const char *name, unsigned long *start,
			unsigned long *end)
{
	size_t len = strlen(name);
	const char *word;
	char type;

	for (word = survey->symbols; word; word = strchr(word, ' ')) {
		word += strspn(word, " ");
		if (!strncmp(word, name, len) &&
		    sscanf(word + len, ":%c:%li-%li", &type, (long *)start, (long *)end) == 3)
			return type;
	}
	return '\0';
}

static char symbol_type(const struct survey *survey, const char *name)
{
	unsigned long start, end;

	return find_symbol(survey, name, &start, &end);
}

static void conclude(struct survey *survey, bool wrong, const char *what, const char *fmt,
		     va_list args)
{
	struct finding *finding = &survey->findings[survey->nr_findings++];
	char text[512];

	vsnprintf(text, sizeof(text), fmt, args);
	*finding = (struct finding){ what, xasprintf("%s", text), wrong };
}

static void tell(struct survey *survey, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void tell(struct survey *survey, const char *what, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	conclude(survey, false, what, fmt, args);
	va_end(args);
}

static void blame(struct survey *survey, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void blame(struct survey *survey, const char *what, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	conclude(survey, true, what, fmt, args);
	va_end(args);
}

static void conclude_page(struct survey *survey)
{
	static const char what[] = "page first chunk";
	unsigned int asked = count(survey, is_asked_page, NULL);
	unsigned int got = count(survey, is_asked_page, has_page);

	if (got)
		tell(survey, what, "yes: percpu_alloc=page gives it in %u of %u boots",
		     got, asked);
	else if (find(survey, is_asked_page, is_panic) && !find(survey, is_asked_embed, is_panic))
		blame(survey, what, "the kernel panics when percpu_alloc=page asks for it");
	else if (!find(survey, is_asked_page, has_embed))
		tell(survey, what,
		     "not known: no boot with percpu_alloc=page got that far");
	else if (find(survey, is_asked_page, knows_no_nodes))
		tell(survey, what,
		     "no: percpu_alloc=page is ignored; the kernel knows no nodes (NUMA=y)");
	else if (find(survey, is_asked_page, answers))
		blame(survey, what, "lacks %s: percpu_alloc=page is ignored", ENABLE);
	else
		tell(survey, what,
		     "no: percpu_alloc=page is ignored; whether NUMA=y is not known");
}

static void conclude_fallback(struct survey *survey)
{
	static const char what[] = "fallback to page";
	unsigned int got = count(survey, is_too_far, has_page);

	if (got)
		tell(survey, what,
		     "yes: where the nodes are too far apart for embed, in %u of %u boots", got,
		     count(survey, is_too_far, NULL));
	else if (!find(survey, is_too_far, has_embed))
		tell(survey, what, "not known: no boot on such a machine got that far");
	else if (find(survey, has_page, NULL))
		blame(survey, what, "embed stays where the nodes are too far apart for it");
	else
		tell(survey, what, "no: there is no page first chunk to fall back to");
}

/* Harts that are missing with either first chunk say nothing about boot_data */
static void conclude_harts(struct survey *survey)
{
	static const char what[] = "harts, boot_data";
	const struct seen *lost = find(survey, has_page, loses_harts);
	char type = symbol_type(survey, "boot_data");
	bool is_static = type && strchr("bB", type);

	if (find(survey, has_embed, loses_harts))
		blame(survey, what, "harts are missing, and not in page mode alone");
	else if (lost && is_static)
		blame(survey, what, "%u of %u harts start in page mode, though boot_data is static",
		      lost->online, seen_harts(lost));
	else if (lost)
		blame(survey, what, "lacks %s: %u of %u harts start in page mode", BOOT_DATA,
		      lost->online, seen_harts(lost));
	else if (find(survey, has_page, has_harts))
		tell(survey, what, "yes: every hart starts, in page mode too (%u boots)",
		     count(survey, has_page, has_harts));
	else if (is_static)
		tell(survey, what, "yes: boot_data is static; no boot was in page mode");
	else if (type)
		tell(survey, what, "lacks %s: page mode would lose harts",
		     BOOT_DATA);
	else
		tell(survey, what, "not known: no boot has started harts in page mode");
}

/* The code of a function, empty if it is not known where that is */
struct function {
	const uint8_t *code;
	unsigned long start;
	size_t size;
};

static struct function find_function(const struct survey *survey, const char *name)
{
	unsigned long start, end;

	if (!find_symbol(survey, name, &start, &end) || !start || end <= start ||
	    end > survey->size)
		return (struct function){ 0 };
	return (struct function){ survey->image + start, start, end - start };
}

static bool calls(const struct survey *survey, const struct function *function, const char *name)
{
	unsigned long start, end;

	return find_symbol(survey, name, &start, &end) && start &&
	       code_calls(function->code, function->size,
			  (long long)start - (long long)function->start);
}

/* Does the code flush, or call another function that does? */
static bool flushes(const struct survey *survey, const struct function *function)
{
	return code_fences(function->code, function->size) ||
	       calls(survey, function, "local_flush_tlb_all") ||
	       calls(survey, function, "local_flush_tlb_kernel_range") ||
	       calls(survey, function, "flush_tlb_all") ||
	       calls(survey, function, "flush_tlb_kernel_range");
}

/* QEMU caches no invalid translation, so no boot can tell */
static void conclude_flush(struct survey *survey)
{
	static const char what[] = "early flush";
	struct function allocator = find_function(survey, "pcpu_page_first_chunk");

	if (!survey->symbols)
		tell(survey, what, "not known: the kernel lists no symbols (KALLSYMS)");
	else if (!symbol_type(survey, "pcpu_page_first_chunk"))
		tell(survey, what, "not known: there is no pcpu_page_first_chunk() to look at");
	else if (!allocator.size)
		tell(survey, what, "not known: where pcpu_page_first_chunk() is in the Image");
	else if (flushes(survey, &allocator))
		tell(survey, what, "yes: by the code of pcpu_page_first_chunk()");
	else
		blame(survey, what, "lacks %s: pcpu_page_first_chunk() flushes no TLB",
		      EARLY_FLUSH);
}

/* A kernel with KASAN that runs in page mode has the hook, whatever it is called */
static void conclude_kasan(struct survey *survey)
{
	static const char what[] = "KASAN hook";
	char type = symbol_type(survey, "kasan_populate_early_vm_area_shadow");
	bool has_kasan = symbol_type(survey, "kasan_report");
	bool has_allocator = symbol_type(survey, "pcpu_page_first_chunk");
	bool is_weak = type && strchr("wW", type);

	if (!survey->symbols)
		tell(survey, what, "not known: the kernel lists no symbols (KALLSYMS)");
	else if (!has_kasan)
		tell(survey, what, "not known: the kernel is built without KASAN");
	else if (find(survey, has_page, answers))
		tell(survey, what, "yes: the kernel has KASAN and runs in page mode");
	else if (is_weak && has_allocator)
		blame(survey, what, "lacks half of %s: no shadow for page units", ENABLE);
	else if (is_weak)
		tell(survey, what, "lacks %s: no shadow for page units", ENABLE);
	else
		tell(survey, what, "not known: no boot came to its end in page mode");
}

static void conclude_units(struct survey *survey)
{
	static const char what[] = "node-local units";

	if (find(survey, is_elsewhere, NULL))
		blame(survey, what, "%sunits are not in their nodes' memory",
		      find(survey, has_page, NULL) ? "" : "lacks " ENABLE ": ");
	else if (find(survey, is_local, NULL))
		tell(survey, what, "yes: each is in the memory of its CPU's node (%u boots)",
		     count(survey, is_local, NULL));
	else if (find(survey, knows_no_nodes, NULL))
		tell(survey, what, "no: the kernel knows no nodes (NUMA=y)");
	else
		tell(survey, what, "not known: no boot has told where they are (KEXEC=y)");
}

/* The address that the SBI implementation is told: the compiler may have put what takes it
 * into what calls it
 */
static void conclude_steal_time(struct survey *survey)
{
	static const char good[] = "per_cpu_ptr_to_phys";
	static const char what[] = "steal time";
	struct function online = find_function(survey, "pv_time_cpu_online");
	struct function set = find_function(survey, "sbi_sta_steal_time_set_shmem");

	if (!survey->symbols)
		tell(survey, what, "not known: the kernel lists no symbols (KALLSYMS)");
	else if (!symbol_type(survey, "pv_time_init"))
		tell(survey, what, "not built in");
	else if (!online.size)
		tell(survey, what, "not known: where pv_time_cpu_online() is in the Image");
	else if (calls(survey, &online, good) || (set.size && calls(survey, &set, good)))
		tell(survey, what, "yes: by its code, which calls %s(); it takes KVM to run", good);
	else if (symbol_type(survey, "pcpu_page_first_chunk"))
		blame(survey, what, "lacks %s: no call of %s()", STEAL_TIME, good);
	else
		tell(survey, what, "lacks %s: no call of %s()", STEAL_TIME, good);
}

static void conclude_splats(struct survey *survey)
{
	static const char what[] = "splats";
	unsigned int n = count(survey, has_splat, NULL);

	if (!find(survey, is_named, NULL))
		tell(survey, what, "not known: the kernel has said nothing");
	else if (find(survey, is_unstamped, NULL))
		tell(survey, what,
		     "not known: the kernel's messages have no time stamps (PRINTK_TIME=y)");
	else if (n)
		blame(survey, what, "in %u of %zu boots", n, survey->nr);
	else
		tell(survey, what, "none in %zu boots", survey->nr);
}

/* Another first chunk is wrong only if this kernel knows the one that was due: what a
 * kernel lacks is said once, of all boots
 */
static const char *find_wrong_chunk(const struct survey *survey, const struct seen *seen)
{
	bool knows_page = find(survey, has_page, NULL);

	if (has_page(seen) && is_asked_embed(seen))
		return "percpu_alloc=embed was asked for, and the first chunk is page";
	if (has_page(seen) && is_near_enough(seen))
		return "gives embed up on nodes that it would do for";
	if (has_embed(seen) && is_asked_page(seen) && knows_page)
		return "percpu_alloc=page was asked for, and the first chunk is embed";
	if (has_embed(seen) && is_too_far(seen) && knows_page)
		return "embed stays on nodes that are too far apart for it";
	return NULL;
}

/* With FLATMEM, which needs no nodes, far memory is beyond what a kernel can describe */
static void excuse_boot(struct seen *seen)
{
	strv_free(&seen->wrong);
	*seen->console.splat = '\0';
	seen->verdict = VERDICT_NO_RESULT;
	seen->reason = "a kernel without NUMA need not boot where nodes are far apart";
}

static void judge_boot(const struct survey *survey, struct seen *seen)
{
	const char *chunk = find_wrong_chunk(survey, seen);

	if (is_far(seen) && is_panic(seen) && find(survey, knows_no_nodes, NULL)) {
		excuse_boot(seen);
		return;
	}
	if (chunk)
		strv_add(&seen->wrong, xasprintf("%s", chunk));
	/* A kernel that never answers may have no console and no initramfs that we know */
	if (seen_unfinished(seen) && find(survey, answers, NULL))
		strv_add(&seen->wrong, xasprintf("does not come to its end: %s: %s",
						 verdict_name(seen->verdict), seen->reason));
}

static void judge_kernel(struct survey *survey)
{
	conclude_page(survey);
	conclude_fallback(survey);
	conclude_harts(survey);
	conclude_flush(survey);
	conclude_kasan(survey);
	conclude_units(survey);
	conclude_steal_time(survey);
	conclude_splats(survey);
}

/* Boots that went on at the same time have ended in any order */
static int compare_boots(const void *first, const void *second)
{
	const struct cell *a = ((const struct seen *)first)->cell;
	const struct cell *b = ((const struct seen *)second)->cell;
	int order = strcmp(a->machine->name, b->machine->name);

	if (!order)
		order = strcmp(a->paging, b->paging);
	return order ? order : strcmp(a->alloc, b->alloc);
}

/**
 * survey_read() - find out what all boots of a kernel let see
 * @survey: gets it, to be freed with survey_free()
 * @runs: the results, which must outlive @survey
 * @image: file of the kernel
 */
void survey_read(struct survey *survey, const struct runs *runs, const char *image)
{
	size_t i;

	*survey = (struct survey){ 0 };
	survey->seen = xrealloc(NULL, (runs->report.nr + 1) * sizeof(*survey->seen));
	for (i = 0; i < runs->report.nr; i++)
		if (seen_read(&survey->seen[survey->nr], runs, i))
			survey->nr++;
		else
			seen_free(&survey->seen[survey->nr]);
	qsort(survey->seen, survey->nr, sizeof(*survey->seen), compare_boots);
	survey->image = (uint8_t *)read_file(image, &survey->size);
	for (i = 0; i < survey->nr && !survey->symbols; i++)
		survey->symbols = ktap_fact(&survey->seen[i].guest, 0, "symbols");
	for (i = 0; i < survey->nr; i++)
		judge_boot(survey, &survey->seen[i]);
	judge_kernel(survey);
}

/* Writes a line that fits the screen, of what may be any bytes */
static void print_line(FILE *file, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void print_line(FILE *file, const char *fmt, ...)
{
	char line[1024];
	va_list args;
	size_t i;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (strlen(line) > COLUMNS)
		strcpy(line + COLUMNS - 3, "...");
	for (i = strlen(line); i && line[i - 1] == ' '; i--)
		line[i - 1] = '\0';
	for (i = 0; line[i]; i++)
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	fprintf(file, "%s\n", line);
}

static void print_named(FILE *file, const char *what, const char *text)
{
	print_line(file, "%-*s%s", TEXT_COLUMN, what, text);
}

static void print_channel(FILE *file, const struct survey *survey)
{
	unsigned int log = count(survey, answers_in_log, NULL);

	if (!find(survey, answers, NULL)) {
		print_named(file, "results", "none: the tests have not run (is BLK_DEV_INITRD=y?)");
		print_named(file, "console's last", survey->nr ? survey->seen[0].last : "");
	} else {
		print_named(file, "results", log ? "from the kernel's log: it has no virtio port" :
			    "from a virtio port");
	}
}

static void print_head(FILE *file, const struct survey *survey, const char *name)
{
	size_t i = 0;

	print_named(file, "survey of", name);
	while (i < survey->nr && !*survey->seen[i].version)
		i++;
	print_named(file, "Linux version", i < survey->nr ? survey->seen[i].version : "not seen");
	print_channel(file, survey);
}

static const char *units_name(enum units units)
{
	static const char * const names[] = {
		[UNITS_UNKNOWN] = "not stated",
		[UNITS_NO_NODES] = "no nodes",
		[UNITS_LOCAL] = "node-local",
		[UNITS_ELSEWHERE] = "elsewhere",
	};

	return names[units];
}

/* One boot: how many harts, which first chunk, and below it the first thing that is wrong */
static void print_boot(FILE *file, const struct seen *seen)
{
	const char *mark = seen->logged ? "*" : "";
	char harts[32] = "?", chunk[48] = "?";

	if (seen->online)
		snprintf(harts, sizeof(harts), "%u of %u%s", seen->online,
			 seen->cell->machine->harts, mark);
	if (*seen->chunk)
		snprintf(chunk, sizeof(chunk), "%s, %u pages%s", seen->chunk, seen->pages, mark);
	print_line(file, "%-9s%-8s%-14s%-8s%-11s%-18s%-12s%4.0f s%s", seen->cell->machine->name,
		   seen->cell->paging, *seen->cell->alloc ? seen->cell->alloc : "-",
		   *seen->paging ? seen->paging : "?", harts, chunk, units_name(seen->units),
		   seen->seconds, seen->wrong.n ? "  WRONG" : "");
	if (seen->wrong.n > 1)
		print_line(file, "  %s (and %zu more)", seen->wrong.v[0], seen->wrong.n - 1);
	else if (seen->wrong.n)
		print_line(file, "  %s", seen->wrong.v[0]);
	else if (seen->deaf)
		print_line(file, "  not judged: percpu_alloc= is not passed on (CMDLINE_FORCE=y)");
	else if (is_late(seen))
		print_line(file, "  not judged: %s; TIMEOUT= gives it more", seen->reason);
	else if (is_trouble(seen) || seen_unfinished(seen))
		print_line(file, "  not judged: %s", seen->reason);
}

static void print_boots(FILE *file, const struct survey *survey)
{
	size_t i;

	fputc('\n', file);
	print_line(file, "%-9s%-8s%-14s%-8s%-11s%-18s%-12s%s", "machine", "offers", "percpu_alloc=",
		   "paging", "harts", "first chunk", "units", "  time");
	for (i = 0; i < survey->nr; i++)
		print_boot(file, &survey->seen[i]);
	if (count(survey, is_logged, NULL))
		print_line(file, "* taken from the kernel's messages: the guest has not stated it");
}

static bool finds_wrong(const struct survey *survey)
{
	size_t i;

	for (i = 0; i < survey->nr_findings; i++)
		if (survey->findings[i].wrong)
			return true;
	return false;
}

static void print_findings(FILE *file, const struct survey *survey)
{
	size_t i;

	fputc('\n', file);
	for (i = 0; i < survey->nr_findings; i++)
		print_line(file, "%-*s%s%s", TEXT_COLUMN, survey->findings[i].what,
			   survey->findings[i].wrong ? "WRONG: " : "", survey->findings[i].text);
}

static void print_last_line(FILE *file, const struct survey *survey)
{
	fputc('\n', file);
	switch (survey_exit_status(survey)) {
	case 0:
		print_line(file, "nothing wrong was seen in %zu boots", survey->nr);
		break;
	case EXIT_WRONG:
		print_line(file,
			   "something wrong was seen; make series KSRC= adds what a tree lacks");
		break;
	case EXIT_TROUBLE:
		print_line(file, "not every boot could be judged: see above");
		break;
	default:
		print_line(file, "too little was seen to judge this kernel");
		break;
	}
}

/**
 * survey_print() - tell what a kernel has and what it gets wrong
 * @file: where to
 * @survey: what is known
 * @name: what the user calls the kernel
 */
void survey_print(FILE *file, const struct survey *survey, const char *name)
{
	print_head(file, survey, name);
	print_boots(file, survey);
	print_findings(file, survey);
	print_last_line(file, survey);
}

/**
 * survey_exit_status() - what the program shall end with
 * @survey: what is known
 *
 * Return: 0 if nothing wrong was seen, 1 if something was, 2 if a boot could not be
 * run or took too long, 4 if this kernel cannot be judged.
 */
int survey_exit_status(const struct survey *survey)
{
	if (count(survey, is_trouble, NULL))
		return EXIT_TROUBLE;
	if (count(survey, is_wrong, NULL) || finds_wrong(survey))
		return EXIT_WRONG;
	if (!find(survey, answers, NULL) || find(survey, is_deaf, NULL))
		return EXIT_NOTHING;
	return find(survey, is_late, NULL) ? EXIT_TROUBLE : 0;
}

/**
 * survey_free() - free what is known
 * @survey: empty afterwards
 */
void survey_free(struct survey *survey)
{
	size_t i;

	for (i = 0; i < survey->nr; i++)
		seen_free(&survey->seen[i]);
	for (i = 0; i < survey->nr_findings; i++)
		free(survey->findings[i].text);
	free(survey->seen);
	free(survey->image);
	*survey = (struct survey){ 0 };
}
