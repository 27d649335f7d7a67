/* GNU readline needs FILE before its own headers. On macOS this must be Homebrew's readline: the system's header
 * of that name is libedit and lacks the calls that the editor uses. */
#pragma once
#include <stdio.h>
#include <readline/readline.h>
#include <readline/history.h>
