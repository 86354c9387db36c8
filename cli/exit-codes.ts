/** Exit codes of the command line. */
export const EXIT_FAILED = 1;
/** The command line, or the program it names, is not right; nothing was run. */
export const EXIT_USAGE = 2;
/** What a shell reports of a program whose output nobody reads any more. */
export const EXIT_BROKEN_PIPE = 141;
/** What a shell reports of a program that a signal ended. */
export const EXIT_BY_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const;
