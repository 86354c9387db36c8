/** Forgets streamingApp. */
export default { name: "not-an-app" };
