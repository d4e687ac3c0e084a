/** As waits.mjs, and imports the validator itself, after the package. */
import "signalbox";
import "signalbox/shared";
import "signalbox/lockdep";
import "./waits.mjs";
