/** The command line, a thin layer on the public API: one class a command. */
@NullMarked
package dev.dogvision.cli;

import org.jspecify.annotations.NullMarked;
