// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads as much of RISC-V's machine code as it takes to see whether a function
 * flushes the TLB or calls what does. The formats are those of the chapters "RV32/64G
 * Instruction Set Listings" and "C" of the unprivileged specification, SFENCE.VMA is
 * in the privileged one.
 */
#include "code.h"

#define OPCODE_MASK	0x7f
#define AUIPC		0x17
#define JALR		0x67
#define JAL		0x6f
#define SFENCE_VMA	0x12000073
#define SFENCE_VMA_MASK	0xfe007fff

/* An instruction of two bytes becomes one that nobody here looks for */
static uint32_t read_instruction(const uint8_t *code, size_t size, size_t *length)
{
	bool is_long = (code[0] & 3) == 3 && size >= 4;

	*length = is_long ? 4 : 2;
	return is_long ? code[0] | code[1] << 8 | code[2] << 16 | (uint32_t)code[3] << 24 : 0;
}

/**
 * code_fences() - is there an SFENCE.VMA in a function?
 * @code: its code
 * @size: bytes
 *
 * Return: true if there is one, with or without an address.
 */
bool code_fences(const uint8_t *code, size_t size)
{
	size_t i, length;

	for (i = 0; i + 2 <= size; i += length)
		if ((read_instruction(code + i, size - i, &length) & SFENCE_VMA_MASK) == SFENCE_VMA)
			return true;
	return false;
}

static long long jal_offset(uint32_t instruction)
{
	uint32_t bits = (instruction >> 20 & 0x7fe) | (instruction >> 9 & 0x800) |
			(instruction & 0xff000) | (instruction >> 11 & 0x100000);

	return bits & 0x100000 ? (long long)bits - 0x200000 : bits;
}

/**
 * code_calls() - does a function call another one?
 * @code: its code
 * @size: bytes
 * @start: where the other one starts, counted from the start of this one
 *
 * A call that goes far is two instructions: AUIPC has the upper bits of the distance
 * from itself, JALR through the same register the rest.
 *
 * Return: true if it does.
 */
bool code_calls(const uint8_t *code, size_t size, long long start)
{
	long long target, uppers[32] = { 0 };
	size_t i, length;

	for (i = 0; i + 2 <= size; i += length) {
		uint32_t instruction = read_instruction(code + i, size - i, &length);
		int32_t upper = instruction & ~0xfff;

		switch (instruction & OPCODE_MASK) {
		case AUIPC:
			uppers[instruction >> 7 & 31] = (long long)i + upper;
			continue;
		case JALR:
			target = uppers[instruction >> 15 & 31] + ((int32_t)instruction >> 20);
			break;
		case JAL:
			target = (long long)i + jal_offset(instruction);
			break;
		default:
			continue;
		}
		if (target == start)
			return true;
	}
	return false;
}
