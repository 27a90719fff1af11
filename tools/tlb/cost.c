// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts what translations cost, for the operations that the guest marks.
 *
 * A hart is idle while its idle task runs, but for the interrupts that it takes meanwhile. The
 * idle task is the one that executes WFI; which task runs is what __switch_to() was last given
 * (a1 is the next one); an interrupt lasts from handle_exception to SRET. What an idle hart
 * accesses moves its TLB, but is not counted, nor are its instructions. Without symbols
 * nothing is left out.
 *
 * A hart that waits for another one, for a lock say, executes PAUSE in each turn of its loop.
 * QEMU runs one hart for a while and then the next, so such a wait takes as long as the others
 * are not run, which no hart would wait. These turns are not counted either.
 *
 * M-mode has no translation. Which mode a block is of is found when it first runs: what lies
 * below the kernel's half and is not mapped is the firmware's.
 */
#include <stdlib.h>
#include <string.h>

#include "cost.h"
#include "symbols.h"
#include "tlb.h"

#define WAIT_INSNS	64	/* the turns of loops that wait are shorter */

enum mode { MODE_UNKNOWN, MODE_TRANSLATED, MODE_MACHINE };

/* A translated block; owned for good, as QEMU may keep it */
struct block {
	uint64_t pc;
	unsigned int insns;
	enum mode mode;
};

/**
 * struct cost - a hart as it is counted
 * @tlbs:	its TLBs
 * @current:	its task, 0 before the first switch
 * @idle_task:	the one that waits for interrupts
 * @idle:	that one runs
 * @traps:	how many traps the idle task has taken and not left
 * @translated:	the block that runs is not of M-mode
 * @paused:	the last PAUSE
 * @turn:	instructions that were counted since then
 */
struct cost {
	struct cost_tlbs *tlbs;
	uint64_t current;
	uint64_t idle_task;
	bool idle;
	unsigned int traps;
	bool translated;
	uint64_t paused;
	uint64_t turn;
};

static const char *report_path;
static const char *models_path;
static struct cost_operation *operations;
static unsigned int operation;	/* the one that is under way on all harts */
static bool begun;

static bool take_option(const char *name, const char *value)
{
	if (!strcmp(name, "cost"))
		report_path = strdup(value);
	else if (!strcmp(name, "models"))
		models_path = strdup(value);
	else if (!strcmp(name, "assume"))
		cost_parse_view(value);
	else
		return false;
	return true;
}

static bool start(void)
{
	if (!report_path)
		return false;
	if (!models_path)
		tlb_die("cost=%s: models=FILE is needed, such as tools/tlb/models", report_path);
	if (!models_read(models_path, &cost_setup.models, &cost_setup.nr_models))
		tlb_die("%s: no models", models_path);
	if (cost_setup.nr_models > COST_MODELS)
		tlb_die("%s: more than %d models", models_path, COST_MODELS);
	operations = calloc(COST_OPERATIONS, sizeof(*operations));
	if (!operations)
		tlb_die("no memory for counters");
	return true;
}

static void hart_init(struct hart *hart)
{
	hart->cost = calloc(1, sizeof(*hart->cost));
	if (!hart->cost)
		tlb_die("no memory for hart %u", hart->index);
	hart->cost->tlbs = cost_tlbs_new();
}

static bool is_idle(const struct cost *cost)
{
	return cost->idle && !cost->traps;
}

static enum mode find_mode(const struct hart *hart, uint64_t pc)
{
	struct walk to;

	return pc >> 63 || walk(hart->satp, pc, &to) ? MODE_TRANSLATED : MODE_MACHINE;
}

static void on_block(unsigned int vcpu, void *data)
{
	struct hart *hart = tlb_current();
	struct block *block = data;

	(void)vcpu;
	if (!begun)
		return;
	if (block->mode == MODE_UNKNOWN)
		block->mode = find_mode(hart, block->pc);
	hart->cost->translated = block->mode == MODE_TRANSLATED;
	if (!hart->cost->translated)
		return;
	if (is_idle(hart->cost)) {
		operations[operation].idle += block->insns;
		return;
	}
	operations[operation].instructions += block->insns;
	hart->cost->turn += block->insns;
}

static void on_pause(unsigned int vcpu, void *data)
{
	struct cost *cost = tlb_current()->cost;
	struct cost_operation *current = &operations[operation];

	(void)vcpu;
	if (cost->paused == (uint64_t)data && cost->turn < WAIT_INSNS &&
	    cost->turn <= current->instructions) {
		current->instructions -= cost->turn;
		current->waiting += cost->turn;
	}
	cost->paused = (uint64_t)data;
	cost->turn = 0;
}

static void on_access(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t va, void *data)
{
	struct hart *hart = tlb_current();
	struct cost *cost = hart->cost;

	(void)vcpu;
	(void)info;
	(void)data;
	if (begun && cost->translated)
		cost_tlbs_access(cost->tlbs, hart, va,
				 is_idle(cost) ? NULL : &operations[operation]);
}

static void on_begin(unsigned int vcpu, void *data)
{
	uint64_t number = tlb_gpr((uint64_t)data);

	(void)vcpu;
	if (number >= COST_OPERATIONS)
		tlb_die("the guest marks operation %lu; there are %d", number, COST_OPERATIONS);
	operation = number;
	begun = true;
}

static void on_end(unsigned int vcpu, void *data)
{
	(void)vcpu;
	operations[operation].times += tlb_gpr((uint64_t)data);
	operation = 0;
}

static void on_wfi(unsigned int vcpu, void *data)
{
	struct cost *cost = tlb_current()->cost;

	(void)vcpu;
	(void)data;
	cost->idle_task = cost->current;
	cost->idle = true;
}

static void on_switch(unsigned int vcpu, void *data)
{
	struct cost *cost = tlb_current()->cost;

	(void)vcpu;
	(void)data;
	cost->current = tlb_gpr(11);
	cost->idle = cost->current == cost->idle_task;
	cost->traps = 0;
}

static void on_trap(unsigned int vcpu, void *data)
{
	(void)vcpu;
	(void)data;
	tlb_current()->cost->traps++;
}

static void on_sret(unsigned int vcpu, void *data)
{
	struct cost *cost = tlb_current()->cost;

	(void)vcpu;
	(void)data;
	if (cost->traps)
		cost->traps--;
}

static void block(struct qemu_plugin_tb *tb)
{
	struct block *block = calloc(1, sizeof(*block));

	if (!block)
		tlb_die("no memory");
	block->pc = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0));
	block->insns = qemu_plugin_tb_n_insns(tb);
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS, block);
}

static void add_call(struct qemu_plugin_insn *insn, qemu_plugin_vcpu_udata_cb_t call,
		     uint64_t data)
{
	qemu_plugin_register_vcpu_insn_exec_cb(insn, call, QEMU_PLUGIN_CB_R_REGS, (void *)data);
}

/* What says that a hart is idle; WFI in M-mode is the firmware's */
static void add_task(struct qemu_plugin_insn *insn, const struct insn *decoded)
{
	uint64_t pc = qemu_plugin_insn_vaddr(insn);

	if (!symbols_loaded() || !(pc >> 63))
		return;
	if (decoded->kind == INSN_WFI)
		add_call(insn, on_wfi, 0);
	else if (decoded->kind == INSN_SRET)
		add_call(insn, on_sret, 0);
	else if (pc == symbols_find("__switch_to"))
		add_call(insn, on_switch, 0);
	else if (pc == symbols_find("handle_exception"))
		add_call(insn, on_trap, 0);
}

static void insn(struct qemu_plugin_insn *insn, const struct insn *decoded)
{
	if (decoded->kind == INSN_MARK_BEGIN)
		add_call(insn, on_begin, decoded->rs1);
	else if (decoded->kind == INSN_MARK_END)
		add_call(insn, on_end, decoded->rs1);
	else if (decoded->kind == INSN_PAUSE)
		add_call(insn, on_pause, qemu_plugin_insn_vaddr(insn));
	add_task(insn, decoded);
	qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS,
					 QEMU_PLUGIN_MEM_R | QEMU_PLUGIN_MEM_W, NULL);
}

static void fenced(struct hart *hart, const struct fence *fence)
{
	cost_tlbs_fence(hart->cost->tlbs, fence);
}

static void satp(struct hart *hart, uint64_t value)
{
	(void)value;
	cost_tlbs_switch(hart->cost->tlbs);
}

static void finish(void)
{
	cost_write(report_path, operations);
}

const struct tlb_user cost_user = {
	.option = take_option,
	.start = start,
	.hart_init = hart_init,
	.block = block,
	.insn = insn,
	.fenced = fenced,
	.satp = satp,
	.finish = finish,
};
