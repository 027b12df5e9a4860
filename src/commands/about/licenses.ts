import { HelperError } from "../../core/errors.ts";
import { defineCommand } from "../command.ts";

export const licensesCommand = defineCommand({
  name: "licenses",
  summary: "Print the licenses of docr and of everything in it",
  hasJson: false,
  examples: ["docr licenses", "docr licenses | less"],
  needs: ["about"],
  async run(_input, { about }) {
    const text = await about.licenses();
    if (text === undefined) {
      throw new HelperError(
        "bad-arguments",
        "docr runs from its source, where each package has its license",
        {
          hint: "run the executable that npm run build makes",
        },
      );
    }
    return { text };
  },
});
