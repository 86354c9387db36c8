import type { CheckpointViews } from "../../shared/monitor/index.js";
import type { DeployedViews } from "../console/deployed-views.js";
import type { MonitorFeed } from "./feed.js";

/** Follows the checkpoint of a deployed application. */
export function deployedFeed(place: string, deployed: DeployedViews): MonitorFeed {
  return {
    place,
    async follow(tell, signal) {
      // The first look is for the user to see fail.
      await deployed.views.refresh();
      let revision = 0;
      const tellNews = (views: CheckpointViews): void => {
        tell({ app: views.app(), batches: views.changedSince(revision) ?? views.timeline().batches });
        revision = views.revision;
      };
      tellNews(deployed.views);
      const unsubscribe = deployed.views.subscribe(() => tellNews(deployed.views));
      await deployed.follow(signal, ({ message }) => tell({ trouble: message }));
      unsubscribe();
    },
  };
}
