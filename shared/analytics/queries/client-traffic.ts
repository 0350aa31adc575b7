/** What clients ask for, and not readers of our pages: the condition of the views of clients and countries (schema/0004), once more. */
export const CLIENT_TRAFFIC = "route NOT IN ('page', 'api', 'health', 'diagnose', 'other')";
