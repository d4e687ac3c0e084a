/** Takes its time, then signals what it owes, or ends without. Lives on otherwise. */
import { openDriverFence } from "signalbox/shared";
import { hangUp, listen } from "./port.mjs";

listen(({ owed, signals }) => {
  setTimeout(() => {
    if (signals) openDriverFence(owed).signal();
    else hangUp();
  }, 300);
});
